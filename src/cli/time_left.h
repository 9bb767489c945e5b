// How long it will still take, for people.
#pragma once

#include <cmath>
#include <string>

namespace syncnet::cli {

// "40 s left", "7 min left", "3 h left".
inline std::string time_left(double seconds) {
    constexpr double kMinute = 60, kHour = 3600;
    if (seconds < kMinute) return std::to_string(std::lround(seconds)) + " s left";
    if (seconds < 2 * kHour) return std::to_string(std::lround(seconds / kMinute)) + " min left";
    return std::to_string(std::lround(seconds / kHour)) + " h left";
}

}  // namespace syncnet::cli
