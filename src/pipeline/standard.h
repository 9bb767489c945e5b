// Which limits for broadcast a video is to be held to; report/standards.h has the limits.
#pragma once

#include <optional>
#include <string_view>

namespace syncnet::pipeline {

enum class Standard { r37, bt1359, all };

inline constexpr std::string_view kStandards = "r37, bt1359 or all";
std::string_view to_string(Standard standard);                  // "r37"
std::optional<Standard> parse_standard(std::string_view text);  // nothing: none of these

}  // namespace syncnet::pipeline
