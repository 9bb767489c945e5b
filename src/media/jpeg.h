// A decoded image as a small JPEG, for pages.
#pragma once

#include <cstdint>
#include <vector>

#include "media/image.h"

namespace syncnet::media {

struct Jpeg {
    int width = 0, height = 0;
    std::vector<std::uint8_t> bytes;
};

// Scaled so that its longest side is at most `longest_side` pixels (from 16 on), never up; even
// sides. The same image gives the same bytes. Throws no_encoder.
Jpeg to_jpeg(const Image& image, int longest_side);

}  // namespace syncnet::media
