// Numbers as people read them.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace syncnet {

// 0.254 to "0.25" with two places.
inline std::string fixed_point(double value, int places) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::fixed, places);
    return {text.data(), end.ec == std::errc() ? end.ptr : text.data()};
}

}  // namespace syncnet
