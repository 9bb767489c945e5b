// What every container of weights does with names and values.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace syncnet::nn {

// The modules that all names begin with: "__S__." of "__S__.netcnnlip.0.weight" and the like, or
// nothing. A model that was saved as a part of another has such a prefix.
std::string common_module(std::span<const std::string> names);

// Throws bad_model, naming the tensor, where a value is NaN or infinite.
void require_finite(std::span<const float> values, const std::string& name);

}  // namespace syncnet::nn
