// Writes safetensors.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "nn/weights/weights.h"

namespace syncnet::nn {

// All tensors as f32. The file is there as a whole or not at all. Throws bad_model where a tensor
// can't be read, cannot_write.
void save_safetensors(const Weights& weights, const std::map<std::string, std::string>& metadata,
                      const std::filesystem::path& path);

}  // namespace syncnet::nn
