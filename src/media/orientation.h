// Phones record lying and say how to turn the image.
#pragma once

#include <cstdint>
#include <span>

#include "media/av.h"

namespace syncnet::media {

// One of the eight ways to put an image upright: the output pixel (x, y) is the coded pixel (x,
// y), or (y, x) if `transpose`, counted from the right if `mirror_x` and from the bottom if
// `mirror_y`.
struct Orientation {
    bool transpose = false;
    bool mirror_x = false;
    bool mirror_y = false;

    bool is_upright() const noexcept { return !transpose && !mirror_x && !mirror_y; }
    int degrees_clockwise() const noexcept;
    bool operator==(const Orientation&) const = default;
};

// From FFmpeg's display matrix (9 values); other angles than quarter turns go to the nearest.
Orientation orientation_from_matrix(std::span<const std::int32_t> matrix) noexcept;

// Turns every plane. `to` has the turned size and the same format, which must not be subsampled
// differently in x and y if `transpose`.
void turn(const AVFrame& from, AVFrame& to, const Orientation& orientation) noexcept;

}  // namespace syncnet::media
