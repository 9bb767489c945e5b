// A span of frames: 25 a second, from the start of the clip.
#pragma once

#include <cstdint>

namespace syncnet {

struct Interval {
    std::int64_t from = 0, to = 0;  // without `to`

    std::int64_t frames() const { return to - from; }
    bool contains(std::int64_t frame) const { return from <= frame && frame < to; }
    bool operator==(const Interval&) const = default;
};

}  // namespace syncnet
