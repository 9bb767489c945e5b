// Reads safetensors: 8 bytes of header length, a JSON header, raw tensors.
// https://github.com/huggingface/safetensors#format
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "nn/weights/owned_bytes.h"
#include "nn/weights/weights.h"

namespace syncnet::nn {

class Safetensors final : public Weights {
  public:
    // F64, F32, F16, BF16, I16 and U8 are read, other integers left out. Throws bad_model where the
    // bytes are not such a file.
    explicit Safetensors(OwnedBytes file);

    std::vector<std::string> names() const override;
    const std::vector<int>* dims(const std::string& name) const override;
    Tensor at(const std::string& name) const override;
    const std::map<std::string, std::string>& metadata() const { return metadata_; }

  private:
    struct Entry {
        std::string type;
        std::vector<int> dims;
        std::span<const std::byte> raw;
    };

    OwnedBytes file_;
    std::map<std::string, Entry> entries_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace syncnet::nn
