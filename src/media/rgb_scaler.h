// Images to RGB of a wanted size.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "media/image.h"

namespace syncnet::media {

struct Rect {
    int x;
    int y;
    int width;
    int height;
};

// Where the RGB goes: packed 8-bit R, G, B, rows `stride` BYTES apart (at least 3 * width). Bytes
// between the rows are left alone, so that an image can be put into the middle of a letterbox.
struct RgbTarget {
    std::span<std::uint8_t> pixels;  // at least (height - 1) * stride + 3 * width
    int width;
    int height;
    int stride;
};

// Scales (bilinear; averaging when it shrinks) and converts by the image's own colour matrix and
// range. It keeps its tables from one call to the next: with unchanged sizes nothing is allocated,
// and every change of a size costs about 0.1 ms. Use one object per purpose. One thread at a time.
class RgbScaler {
  public:
    RgbScaler();
    RgbScaler(RgbScaler&&) noexcept;
    RgbScaler& operator=(RgbScaler&&) noexcept;
    ~RgbScaler();

    // Scales the rectangle `from` of the image into `to`. `from` must lie inside the image; if
    // colour is subsampled its corner is rounded down to even pixels. Throws invalid_request if
    // the sizes do not fit.
    void convert(const Image& image, const Rect& from, const RgbTarget& to);

    // The whole image.
    void convert(const Image& image, const RgbTarget& to);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::media
