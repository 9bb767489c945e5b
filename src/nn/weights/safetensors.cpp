#include "nn/weights/safetensors.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "nn/weights/half.h"

namespace syncnet::nn {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 16U << 20U;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::bad_model, "not a usable safetensors file: " + why);
}

template <typename T>
T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <typename T, typename Convert>
std::vector<float> convert(std::span<const std::byte> raw, const Convert& to_float) {
    std::vector<float> values(raw.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = to_float(load<T>(raw.data() + i * sizeof(T)));
    return values;
}

std::vector<float> to_floats(std::span<const std::byte> raw, const std::string& type,
                             const std::string& name) {
    const auto as_float = [](auto v) { return static_cast<float>(v); };
    if (type == "F32") return convert<float>(raw, as_float);
    if (type == "F16") return convert<std::uint16_t>(raw, half_to_float);
    if (type == "I16") return convert<std::int16_t>(raw, as_float);
    if (type == "U8") return convert<std::uint8_t>(raw, as_float);
    refuse(name + " has the type " + type + ", which is not read");
}

}  // namespace

Safetensors::Safetensors(std::span<const std::byte> file) {
    if (file.size() < 8) refuse("shorter than its header");
    const auto length = load<std::uint64_t>(file.data());
    if (length > kMaxHeaderBytes || length > file.size() - 8)
        refuse("the header's length is wrong");
    const auto* const text = reinterpret_cast<const char*>(file.data() + 8);
    const auto header = nlohmann::json::parse(text, text + length, nullptr, false);
    if (!header.is_object()) refuse("the header is not JSON");
    const auto data = file.subspan(8 + static_cast<std::size_t>(length));

    try {
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") {
                metadata_ = entry.get<std::map<std::string, std::string>>();
                continue;
            }
            const auto type = entry.at("dtype").get<std::string>();
            Tensor tensor;
            const auto offsets = entry.at("data_offsets").get<std::array<std::uint64_t, 2>>();
            if (offsets[0] > offsets[1] || offsets[1] > data.size())
                refuse(name + " lies outside the file");
            tensor.values =
                to_floats(data.subspan(offsets[0], offsets[1] - offsets[0]), type, name);
            std::uint64_t count = 1;
            for (const auto dim : entry.at("shape").get<std::vector<std::int64_t>>()) {
                // No dimension is larger than the file, so that the product can't overflow.
                if (dim < 0 || static_cast<std::uint64_t>(dim) > file.size())
                    refuse(name + " has an impossible dimension");
                count *= static_cast<std::uint64_t>(dim);
                if (count > file.size()) refuse(name + " is larger than the file");
                tensor.dims.push_back(static_cast<int>(dim));
            }
            if (count != tensor.values.size())
                refuse(name + " has not as many values as its shape");
            for (const float v : tensor.values)
                if (!std::isfinite(v)) refuse(name + " holds a value that is not finite");
            tensors_.emplace(name, std::move(tensor));
        }
    } catch (const nlohmann::json::exception& e) {
        refuse(e.what());
    }
}

const Tensor& Safetensors::at(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) refuse("the tensor " + name + " is missing");
    return found->second;
}

}  // namespace syncnet::nn
