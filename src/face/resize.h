// Resizing as OpenCV does it (INTER_LINEAR): two by two pixels, no averaging when it shrinks. The
// published models were trained and are used with it.
#pragma once

#include <cstdint>
#include <span>

namespace syncnet::face {

// Packed 8-bit pixels of three channels, width * height * 3 bytes.
struct ColourView {
    const std::uint8_t* pixels;
    int width, height;
};

// Fixed point as in OpenCV's 8-bit code, bit for bit. `to` holds width * height * 3 bytes.
void resize_bilinear(const ColourView& from, std::span<std::uint8_t> to, int width, int height);

}  // namespace syncnet::face
