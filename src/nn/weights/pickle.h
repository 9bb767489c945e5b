// A pickle machine for state dicts and nothing else.
//
// A pickle is a program: it may name any function of Python and have it called. This machine knows
// the instructions and the few names that PyTorch's state dicts are made of, refuses every other
// one by name, and calls nothing. https://docs.python.org/3/library/pickletools.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace syncnet::nn {

enum class ScalarType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };
std::size_t bytes_of(ScalarType type);

// A stretch of memory that tensors are views of; where it lies is the container's business.
struct StorageRef {
    ScalarType type = ScalarType::f32;
    std::string key;
    std::int64_t count = 0;   // values
    std::int64_t offset = 0;  // values into the storage `key` (old files have storages of storages)
};

struct TensorRef {
    StorageRef storage;
    std::int64_t offset = 0;  // values
    std::vector<std::int64_t> sizes, strides;
};

namespace pickle {

struct Value;
// Values refer to each other; the document that they are part of owns them all. So cycles are no
// leak, and nothing recurses over values that are nested without end.
using Ref = Value*;
using List = std::vector<Ref>;  // also tuples
using Dict = std::vector<std::pair<Ref, Ref>>;

// What the machine knows by name.
enum class Name {
    ordered_dict,
    rebuild_tensor,
    rebuild_tensor_v2,
    rebuild_parameter,
    storage_type
};
struct Global {
    Name name;
    ScalarType type = ScalarType::f32;  // of a storage_type
};
struct None {};

struct Value {
    std::variant<None, bool, std::int64_t, double, std::string, List, Dict, Global, StorageRef,
                 TensorRef>
        is;
};

// Limits of one pickle; a state dict needs a small part of each.
inline constexpr std::size_t kMaxBytes = 16U << 20U;
inline constexpr std::size_t kMaxInstructions = 1U << 18U;
inline constexpr std::size_t kMaxStack = 1U << 16U;
inline constexpr std::size_t kMaxMemo = 1U << 18U;
inline constexpr std::size_t kMaxText = 4096;  // bytes of one string
inline constexpr std::size_t kMaxKey = 64;  // of a storage's key: copied into each of its tensors
inline constexpr std::size_t kMaxPairs = 1U << 18U;  // of all dicts
inline constexpr std::size_t kMaxDimensions = 8;

struct Document {
    std::deque<Value> values;
    Ref root = nullptr;
};

// Reads one pickle off the front of `bytes`. Throws bad_model.
Document load(std::span<const std::byte>& bytes);

}  // namespace pickle

// The tensors of a loaded state dict, by name: the dict itself, or the one under "state_dict". What
// is no tensor is left out. Throws bad_model.
std::map<std::string, TensorRef> state_dict(const pickle::Document& object);

}  // namespace syncnet::nn
