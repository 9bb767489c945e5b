#include "nn/weights/torch_file.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "nn/bf16.h"
#include "nn/weights/half.h"
#include "nn/weights/values.h"

namespace syncnet::nn {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::bad_model, "not usable weights: " + why);
}

bool is_floating(ScalarType type) {
    return type == ScalarType::f64 || type == ScalarType::f32 || type == ScalarType::f16 ||
           type == ScalarType::bf16;
}

// The shape, once it is clear that every value of the view lies in its storage.
std::vector<int> checked_dims(const TensorRef& t, std::size_t storage_values,
                              const std::string& name) {
    constexpr auto kMaxInt = std::numeric_limits<int>::max();
    constexpr std::int64_t kMaxStride = std::int64_t{1} << 40;
    if (t.sizes.size() != t.strides.size()) refuse(name + " has fewer strides than dimensions");
    const auto values = static_cast<std::int64_t>(storage_values);
    std::vector<int> dims;
    std::int64_t last = t.offset;
    std::int64_t count = 1;
    if (t.offset < 0 || t.offset > values) refuse(name + " lies outside its storage");
    for (std::size_t d = 0; d < t.sizes.size(); ++d) {
        const std::int64_t size = t.sizes[d];
        const std::int64_t stride = t.strides[d];
        // No factor is much larger than the storage, so that nothing overflows.
        if (size < 0 || size > kMaxInt || stride < 0 || stride > kMaxStride ||
            (size > 1 && (size > values || stride > values)))
            refuse(name + " has an impossible shape");
        dims.push_back(static_cast<int>(size));
        count *= size;
        // A stride of 0 would make much of little.
        if (count > values) refuse(name + " is larger than its storage");
        if (size > 1) last += (size - 1) * stride;
        if (last < 0 || last > values) refuse(name + " lies outside its storage");
    }
    if (count > 0 && last >= values) refuse(name + " lies outside its storage");
    return dims;
}

template <typename T, typename Convert>
void gather(const TensorRef& t, std::span<const std::byte> storage, std::span<float> to,
            const Convert& to_float) {
    std::vector<std::int64_t> index(t.sizes.size(), 0);
    std::int64_t at = t.offset;
    for (float& value : to) {
        T raw;
        std::memcpy(&raw, storage.data() + static_cast<std::size_t>(at) * sizeof(T), sizeof raw);
        value = to_float(raw);
        for (std::size_t d = index.size(); d-- > 0;) {  // the next index, as an odometer turns
            at += t.strides[d];
            if (++index[d] < t.sizes[d]) break;
            at -= t.strides[d] * t.sizes[d];
            index[d] = 0;
        }
    }
}

bool is_contiguous(const TensorRef& t) {
    std::int64_t expected = 1;
    for (std::size_t d = t.sizes.size(); d-- > 0;) {
        if (t.sizes[d] != 1 && t.strides[d] != expected) return false;
        expected *= t.sizes[d];
    }
    return true;
}

}  // namespace

TorchWeights::TorchWeights(OwnedBytes owned) : file_(std::move(owned)) {
    const auto file = file_.bytes();
    const TorchContents contents =
        is_torch_zip(file) ? read_torch_zip(file) : read_torch_legacy(file);
    std::vector<std::string> names;
    for (const auto& [name, tensor] : contents.tensors)
        if (is_floating(tensor.storage.type)) names.push_back(name);
    const std::size_t prefix = common_module(names).size();
    for (const std::string& name : names) {
        const TensorRef& t = contents.tensors.at(name);
        const auto storage = contents.storages.find(t.storage.key);
        if (storage == contents.storages.end()) refuse(name + " has no storage in the file");
        const std::size_t unit = bytes_of(t.storage.type);
        const std::size_t available = storage->second.size() / unit;
        const auto first = static_cast<std::uint64_t>(t.storage.offset);
        const auto count = static_cast<std::uint64_t>(t.storage.count);
        if (first > available || count > available - first)
            refuse(name + " has a storage that is cut short");
        const auto view = storage->second.subspan(static_cast<std::size_t>(first) * unit,
                                                  static_cast<std::size_t>(count) * unit);
        entries_.emplace(name.substr(prefix),
                         Entry{.tensor = t,
                               .dims = checked_dims(t, static_cast<std::size_t>(count), name),
                               .storage = view});
    }
    if (entries_.empty()) refuse("the file holds no tensors");
}

std::vector<std::string> TorchWeights::names() const {
    std::vector<std::string> result;
    for (const auto& [name, entry] : entries_) result.push_back(name);
    return result;
}

const std::vector<int>* TorchWeights::dims(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.dims;
}

Tensor TorchWeights::at(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) refuse("the tensor " + name + " is missing");
    const auto& [t, dims, storage] = found->second;
    Tensor tensor{dims, {}};
    std::size_t count = 1;
    for (const int d : dims) count *= static_cast<std::size_t>(d);
    tensor.values.resize(count);
    switch (t.storage.type) {
        case ScalarType::f32:
            if (is_contiguous(t) && count > 0)
                std::memcpy(tensor.values.data(),
                            storage.data() + static_cast<std::size_t>(t.offset) * sizeof(float),
                            count * sizeof(float));
            else
                gather<float>(t, storage, tensor.values, [](float v) { return v; });
            break;
        case ScalarType::f64:
            gather<double>(t, storage, tensor.values,
                           [](double v) { return static_cast<float>(v); });
            break;
        case ScalarType::f16:
            gather<std::uint16_t>(t, storage, tensor.values, half_to_float);
            break;
        default:
            gather<Bf16>(t, storage, tensor.values, from_bf16);
            break;
    }
    require_finite(tensor.values, name);
    return tensor;
}

}  // namespace syncnet::nn
