// Random bytes fit for secrets, from OpenSSL.
#pragma once

#include <array>
#include <span>

namespace syncnet {

// Throws internal where the system gives no randomness.
void fill_random(std::span<unsigned char> bytes);

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
    std::array<unsigned char, N> bytes{};
    fill_random(bytes);
    return bytes;
}

}  // namespace syncnet
