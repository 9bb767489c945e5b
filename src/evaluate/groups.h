// Which cases are wanted.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace syncnet::evaluate {

inline constexpr std::array<std::string_view, 7> kGroups{
    "windows", "swapped",   "shifted",                // from one reading of the clip
    "delays",  "sub-frame", "tampered", "degraded"};  // new media are made, and read

struct Groups {
    std::set<std::string, std::less<>> wanted;

    bool has(std::string_view group) const { return wanted.contains(group); }
    bool any_media() const {
        return has("delays") || has("sub-frame") || has("tampered") || has("degraded");
    }
};

}  // namespace syncnet::evaluate
