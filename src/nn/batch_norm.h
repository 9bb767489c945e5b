// Batch normalisation at inference is a scale and a shift per channel: they go into the convolution
// before it.
#pragma once

#include <string>
#include <utility>

#include "nn/weights/weights.h"

namespace syncnet::nn {

// Kernel and bias of PyTorch's layer `conv` ("<conv>.weight", "<conv>.bias") with the layer `norm`
// ("<norm>.weight", ".bias", ".running_mean", ".running_var"; epsilon 1e-5) folded in.
// Throws bad_model.
std::pair<Tensor, Tensor> fold_batch_norm(const Weights& weights, const std::string& conv,
                                          const std::string& norm);

}  // namespace syncnet::nn
