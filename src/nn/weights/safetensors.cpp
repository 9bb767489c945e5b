#include "nn/weights/safetensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "nn/bf16.h"
#include "nn/weights/half.h"
#include "nn/weights/values.h"

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

constexpr auto kAsFloat = [](auto v) { return static_cast<float>(v); };

struct Type {
    std::string_view name;
    std::size_t bytes;
    std::vector<float> (*read)(std::span<const std::byte>);
};
using Raw = std::span<const std::byte>;
constexpr std::array<Type, 6> kTypes{
    {{"F64", 8, [](Raw raw) { return convert<double>(raw, kAsFloat); }},
     {"F32", 4, [](Raw raw) { return convert<float>(raw, kAsFloat); }},
     {"F16", 2, [](Raw raw) { return convert<std::uint16_t>(raw, half_to_float); }},
     {"BF16", 2, [](Raw raw) { return convert<Bf16>(raw, from_bf16); }},
     {"I16", 2, [](Raw raw) { return convert<std::int16_t>(raw, kAsFloat); }},
     {"U8", 1, [](Raw raw) { return convert<std::uint8_t>(raw, kAsFloat); }}}};

// Counters, which are no weights: left out.
constexpr std::array<std::string_view, 7> kCounters{"I8",  "I32", "I64", "U16",
                                                    "U32", "U64", "BOOL"};

const Type* find_type(std::string_view name) {
    const auto* const found = std::ranges::find(kTypes, name, &Type::name);
    return found == kTypes.end() ? nullptr : found;
}

bool is_counter(const nlohmann::json& entry) {
    return std::ranges::count(kCounters, entry.at("dtype").get<std::string>()) > 0;
}

}  // namespace

Safetensors::Safetensors(OwnedBytes owned) : file_(std::move(owned)) {
    const auto file = file_.bytes();
    if (file.size() < 8) refuse("shorter than its header");
    const auto length = load<std::uint64_t>(file.data());
    if (length > kMaxHeaderBytes || length > file.size() - 8)
        refuse("the header's length is wrong");
    const auto* const text = reinterpret_cast<const char*>(file.data() + 8);
    const auto header = nlohmann::json::parse(text, text + length, nullptr, false);
    if (!header.is_object()) refuse("the header is not JSON");
    const auto data = file.subspan(8 + static_cast<std::size_t>(length));

    try {
        std::vector<std::string> names;
        for (const auto& [name, entry] : header.items())
            if (name != "__metadata__" && !is_counter(entry)) names.push_back(name);
        const std::size_t prefix = common_module(names).size();
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") {
                metadata_ = entry.get<std::map<std::string, std::string>>();
                continue;
            }
            if (is_counter(entry)) continue;
            Entry e{.type = entry.at("dtype").get<std::string>(), .dims = {}, .raw = {}};
            const Type* const type = find_type(e.type);
            if (type == nullptr) refuse(name + " has the type " + e.type + ", which is not read");
            const auto offsets = entry.at("data_offsets").get<std::array<std::uint64_t, 2>>();
            if (offsets[0] > offsets[1] || offsets[1] > data.size())
                refuse(name + " lies outside the file");
            e.raw = data.subspan(offsets[0], offsets[1] - offsets[0]);
            std::uint64_t count = 1;
            for (const auto dim : entry.at("shape").get<std::vector<std::int64_t>>()) {
                // No dimension is larger than the file, so that the product can't overflow.
                if (dim < 0 || static_cast<std::uint64_t>(dim) > file.size())
                    refuse(name + " has an impossible dimension");
                count *= static_cast<std::uint64_t>(dim);
                if (count > file.size()) refuse(name + " is larger than the file");
                e.dims.push_back(static_cast<int>(dim));
            }
            if (count * type->bytes != e.raw.size())
                refuse(name + " has not as many values as its shape");
            entries_.emplace(name.substr(prefix), std::move(e));
        }
    } catch (const nlohmann::json::exception& e) {
        refuse(e.what());
    }
}

std::vector<std::string> Safetensors::names() const {
    std::vector<std::string> result;
    for (const auto& [name, entry] : entries_) result.push_back(name);
    return result;
}

const std::vector<int>* Safetensors::dims(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.dims;
}

Tensor Safetensors::at(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) refuse("the tensor " + name + " is missing");
    const Entry& e = found->second;
    Tensor tensor{e.dims, find_type(e.type)->read(e.raw)};
    require_finite(tensor.values, name);
    return tensor;
}

}  // namespace syncnet::nn
