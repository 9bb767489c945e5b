// An image that can be changed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "media/image.h"

namespace syncnet::media {

// 8-bit YCbCr 4:2:0 in the narrow range (16..235), rows without gaps, both sides even.
struct I420 {
    int width = 0, height = 0;
    std::vector<std::uint8_t> y, u, v;

    I420() = default;
    // Throws invalid_request unless both are even and above 0.
    I420(int width_, int height_);
};

// An odd last row or column is left out.
I420 to_i420(const Image& image);

// Averages when it shrinks. Throws as I420's constructor.
I420 scaled(const I420& image, int width, int height);

}  // namespace syncnet::media
