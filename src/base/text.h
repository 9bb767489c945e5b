// Small cuts of text that settings and headers need.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace syncnet {

inline std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Trimmed parts, the empty ones too; none of an empty text.
inline std::vector<std::string_view> separated(std::string_view text, char by) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; !text.empty() && at <= text.size();) {
        const std::size_t end = std::min(text.find(by, at), text.size());
        parts.push_back(trimmed(text.substr(at, end - at)));
        at = end + 1;
    }
    return parts;
}

}  // namespace syncnet
