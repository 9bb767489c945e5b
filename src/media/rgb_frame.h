// Packed RGB as FFmpeg's frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/av.h"
#include "media/image_normalizer.h"

namespace syncnet::media {

// 8-bit RGB; rows are `stride` bytes apart.
struct RgbView {
    std::span<const std::uint8_t> bytes;
    int width = 0, height = 0;
    std::size_t stride = 0;
};

// A copy, in memory of the pool. Throws invalid_request where the bytes don't fit the size.
FramePtr rgb_frame(const RgbView& rgb, FramePool& pool);

}  // namespace syncnet::media
