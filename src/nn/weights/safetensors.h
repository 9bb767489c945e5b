// Reads safetensors: 8 bytes of header length, a JSON header, raw tensors.
// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "nn/tensor.h"

namespace syncnet::nn {

class Safetensors {
  public:
    // F32, F16 and I16/U8 are read, all as float. Copies what it keeps. Throws bad_model where the
    // bytes are not such a file, or a value is not finite.
    explicit Safetensors(std::span<const std::byte> file);

    bool has(const std::string& name) const { return tensors_.contains(name); }
    const Tensor& at(const std::string& name) const;  // throws bad_model, naming what is missing
    const std::map<std::string, std::string>& metadata() const { return metadata_; }

  private:
    std::map<std::string, Tensor> tensors_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace syncnet::nn
