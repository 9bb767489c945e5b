// What a pickle's values mean to PyTorch. All throw bad_model.
#pragma once

#include <string>

#include "nn/weights/pickle.h"

namespace syncnet::nn::pickle {

[[noreturn]] void refuse(const std::string& what);

// A name that weights need; every other one is refused, and nothing is run.
Global find_global(const std::string& module, const std::string& name);

const std::string& string(const Value& value);
// ('storage', type, key, location, count) and, in old files, a view (key, offset, count) behind.
// The location ("cuda:0") is of no interest.
StorageRef storage(const Value& id);
// (storage, offset, sizes, strides, ...)
TensorRef tensor(const List& arguments);

}  // namespace syncnet::nn::pickle
