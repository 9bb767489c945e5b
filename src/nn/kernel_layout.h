// Kernels rewritten to fit what memory_steps.h does to the values under them.
#pragma once

#include "nn/tensor.h"

namespace syncnet::nn {

// [O, I, (T,) H, W] -> [O, parts * I, (T,) H, W], to be multiplied with SplitRows' rows: high | low
// | high or, with 2 parts, high | low. All values are exact in bf16.
Tensor split_kernel(const Tensor& kernel, std::size_t parts);

// [O, I, (T,) H, W] -> [O, W * I, (T,) H, 1], for StackColumns' rows.
Tensor stack_kernel(const Tensor& kernel);

}  // namespace syncnet::nn
