// tests/reference/made_up.py in C++: the same weights, video and audio, value for value.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "nn/weights/weights.h"

namespace syncnet::made_up {

inline std::uint32_t mixed(std::uint32_t x) {
    x ^= x >> 16U;
    x *= 0x85EBCA6BU;
    x ^= x >> 13U;
    x *= 0xC2B2AE35U;
    return x ^ (x >> 16U);
}

inline std::uint32_t name_hash(std::string_view name) {
    std::uint32_t value = 2166136261U;
    for (const char c : name) value = (value ^ static_cast<std::uint8_t>(c)) * 16777619U;
    return value;
}

inline nn::Tensor tensor(const std::string& name, const std::vector<int>& dims) {
    std::size_t count = 1;
    for (const int d : dims) count *= static_cast<std::size_t>(d);
    nn::Tensor t{dims, std::vector<float>(count)};
    const std::uint32_t seed = name_hash(name);
    const auto fan_in = static_cast<double>(count) / dims[0];
    const bool large =
        (name.starts_with("loc.") || name.starts_with("conf.")) && name[name.find('.') + 1] >= '3';
    const float limit = static_cast<float>(std::sqrt(6 / fan_in)) * (large ? 1.0F / 64 : 1.0F);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t bits = mixed(static_cast<std::uint32_t>(i) * 2654435761U + seed) >> 8U;
        const float value = static_cast<float>(bits) / static_cast<float>(1U << 23U) - 1.0F;
        t.values[i] = dims.size() > 1 ? value * limit
                      : name.ends_with(".weight") || name.ends_with(".running_var")
                          ? 1.0F + 0.25F * value
                          : 0.125F * value;
    }
    return t;
}

// One frame: 224 x 224 pixels of three channels.
inline std::vector<std::uint8_t> crop(int frame, int side = 224) {
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x)
            for (int c = 0; c < 3; ++c)
                pixels.push_back(static_cast<std::uint8_t>(mixed(
                    static_cast<std::uint32_t>(((frame * 64 + y / 16) * 64 + x / 16) * 4 + c))));
    return pixels;
}

inline std::vector<std::int16_t> audio(std::uint32_t samples) {
    std::vector<std::int16_t> result;
    for (std::uint32_t n = 0; n < samples; ++n) {
        const int noise = static_cast<int>(mixed(n) >> 18U) - 8192;
        const int loudness = static_cast<int>(mixed(n / 640 + 12345) & 15U);
        const int product = noise * loudness;
        const int rounded_down = (product >= 0 ? product : product - 7) / 8;
        result.push_back(static_cast<std::int16_t>(n < 1000 ? 0 : rounded_down));
    }
    return result;
}

// All tensors that a network asks for; `given` (from a golden file) comes first.
class Weights final : public nn::Weights {
  public:
    explicit Weights(std::vector<nn::TensorSpec> specs,
                     std::map<std::string, nn::Tensor> given = {})
        : given_(std::move(given)) {
        for (nn::TensorSpec& s : specs) dims_.emplace(std::move(s.name), std::move(s.dims));
    }
    std::vector<std::string> names() const override {
        std::vector<std::string> result;
        for (const auto& [name, dims] : dims_) result.push_back(name);
        return result;
    }
    const std::vector<int>* dims(const std::string& name) const override {
        const auto found = dims_.find(name);
        return found == dims_.end() ? nullptr : &found->second;
    }
    nn::Tensor at(const std::string& name) const override {
        if (const auto found = given_.find(name); found != given_.end()) return found->second;
        if (dims(name) == nullptr) throw Error(ErrorCode::bad_model, "no tensor " + name);
        return tensor(name, *dims(name));
    }

  private:
    std::map<std::string, std::vector<int>> dims_;
    std::map<std::string, nn::Tensor> given_;
};

}  // namespace syncnet::made_up
