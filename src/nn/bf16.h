// bf16: the upper half of an f32.
#pragma once

#include <bit>
#include <cstdint>

namespace syncnet::nn {

using Bf16 = std::uint16_t;

// To the nearest, ties to even. For finite values.
inline Bf16 to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<Bf16>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

inline float from_bf16(Bf16 value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U);
}

}  // namespace syncnet::nn
