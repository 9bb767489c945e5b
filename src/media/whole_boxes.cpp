#include "media/whole_boxes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace syncnet::media {
namespace {

constexpr std::int64_t kHeaderBytes = 8, kLongHeaderBytes = 16;

struct Box {
    std::int64_t bytes = 0;  // header included; 0: to the end of the file
    std::array<char, 4> type{};

    bool is(std::string_view name) const { return std::string_view(type.data(), 4) == name; }
};

// Nothing where there are no 8 bytes more, or what stands there can be no box.
std::optional<Box> box_at(const Source& source, std::int64_t at) noexcept {
    std::array<std::byte, kLongHeaderBytes> header{};
    const auto got = source.read_at(at, header);
    if (got < kHeaderBytes) return std::nullopt;
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
    std::int64_t least = bytes == 0 ? 0 : kHeaderBytes;
    if (bytes == 1) {
        if (got < kLongHeaderBytes) return std::nullopt;
        bytes = number(kHeaderBytes, 8);
        least = kLongHeaderBytes;
    }
    box.bytes = static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX / 2));
    if (box.bytes < least) return std::nullopt;
    return box;
}

}  // namespace

WholeBoxes whole_boxes(const Source& source) noexcept {
    const WholeBoxes as_it_is{.end = source.size()};
    std::int64_t at = 0;
    bool fragmented = false;
    for (int boxes = 0; boxes < kMaxBoxes && at < source.size(); ++boxes) {
        const auto box = box_at(source, at);
        if (at == 0 && !(box && (box->is("ftyp") || box->is("styp")))) return as_it_is;
        if (!box && fragmented && source.size() - at < kHeaderBytes)
            return {.end = at, .cut_off = true};
        if (!box || box->bytes == 0) return as_it_is;
        if (at + box->bytes > source.size()) {
            if (!fragmented || box->is("mdat")) return as_it_is;
            return {.end = at, .cut_off = box->is("moof")};
        }
        fragmented = fragmented || box->is("moof");
        at += box->bytes;
    }
    return as_it_is;
}

}  // namespace syncnet::media
