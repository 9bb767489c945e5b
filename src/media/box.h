// The boxes that MP4 and its kin are made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "media/source.h"

namespace syncnet::media {

inline constexpr std::int64_t kBoxHeaderBytes = 8, kLongBoxHeaderBytes = 16;

struct Box {
    std::int64_t bytes = 0;  // header included; 0: to the end of the file
    std::int64_t header_bytes = kBoxHeaderBytes;
    std::array<char, 4> type{};

    bool is(std::string_view name) const { return std::string_view(type.data(), 4) == name; }
};

// Nothing where there are no 8 bytes more, or what stands there can be no box.
std::optional<Box> box_at(const Source& source, std::int64_t at) noexcept;

}  // namespace syncnet::media
