#include "media/box.h"

#include <algorithm>
#include <cstddef>

namespace syncnet::media {

std::optional<Box> box_at(const Source& source, std::int64_t at) noexcept {
    std::array<std::byte, kLongBoxHeaderBytes> header{};
    const auto got = source.read_at(at, header);
    if (got < kBoxHeaderBytes) return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = from; i < from + bytes; ++i)
            value = value << 8U | std::to_integer<std::uint64_t>(header[i]);
        return value;
    };
    Box box;
    for (std::size_t i = 0; i < box.type.size(); ++i)
        box.type[i] = static_cast<char>(std::to_integer<unsigned char>(header[4 + i]));
    std::uint64_t bytes = number(0, 4);
    std::int64_t least = bytes == 0 ? 0 : kBoxHeaderBytes;
    if (bytes == 1) {
        if (got < kLongBoxHeaderBytes) return std::nullopt;
        bytes = number(kBoxHeaderBytes, 8);
        least = box.header_bytes = kLongBoxHeaderBytes;
    }
    box.bytes = static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX / 2));
    if (box.bytes < least) return std::nullopt;
    return box;
}

}  // namespace syncnet::media
