// Files of named tensors, whatever their container.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nn/tensor.h"
#include "nn/weights/owned_bytes.h"

namespace syncnet::nn {

struct TensorSpec {
    std::string name;
    std::vector<int> dims;
};

// A file of named tensors. Immutable; reads a tensor when it is asked for.
class Weights {
  public:
    virtual ~Weights() = default;
    virtual std::vector<std::string> names() const = 0;                       // sorted
    virtual const std::vector<int>* dims(const std::string& name) const = 0;  // null where absent
    // As f32. Throws bad_model where the tensor is absent or a value is not finite.
    virtual Tensor at(const std::string& name) const = 0;
};

// Tells the container from its first bytes: safetensors, PyTorch's zip archive, PyTorch's legacy
// stream. What all names begin with ("__S__.", "module.") is not part of a name. Throws bad_model.
std::unique_ptr<const Weights> read_weights(OwnedBytes file);
std::unique_ptr<const Weights> open_weights(const std::filesystem::path& path,
                                            std::size_t max_bytes);

// Every tensor that is missing or has another shape, a line each; empty where all is well. Tensors
// that nobody asks for are not a problem.
std::vector<std::string> compare(const Weights& weights, std::span<const TensorSpec> expected);

// The same, and every tensor with a value that is not finite. Reads them all.
std::vector<std::string> compare_values(const Weights& weights,
                                        std::span<const TensorSpec> expected);

}  // namespace syncnet::nn
