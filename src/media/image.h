// One decoded image, in the one form that the rest of the product sees.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

struct AVFrame;

namespace syncnet::media {

// Larger images are scaled down to this on their longest side: faces are sought and cropped at
// far lower resolutions, and an 8K image costs 50 MB.
inline constexpr int kMaxAnalysisSide = 1920;

// 8 bits per pixel; rows are `stride` bytes apart. Valid as long as a copy of its Image lives.
struct LumaView {
    const std::uint8_t* data;
    int width;
    int height;
    int stride;
    bool full_range;  // 0..255 if true, else 16..235
};

// An immutable image: 8-bit planar YCbCr (4:2:0, 4:2:2 or 4:4:4), upright, with square pixels and
// its longest side at most kMaxAnalysisSide. Copying shares the pixels and costs one reference
// count; images may be read from several threads. Holding many images holds their memory.
class Image {
  public:
    // `frame` must already be in the form above; ImageNormalizer makes such frames.
    explicit Image(std::shared_ptr<const AVFrame> frame) noexcept : frame_(std::move(frame)) {}

    // From packed RGB, 3 * width * height bytes; for tests and for stills. Throws invalid_request
    // if the sizes do not agree.
    static Image from_rgb(std::span<const std::uint8_t> rgb, int width, int height);

    int width() const noexcept;
    int height() const noexcept;
    LumaView luma() const noexcept;

    // The very same decoded image (a slow video repeats its images at 25 fps): work done on one
    // need not be done again on the other.
    bool same_as(const Image& other) const noexcept { return frame_ == other.frame_; }

    // For media's own use.
    const AVFrame& frame() const noexcept { return *frame_; }

  private:
    std::shared_ptr<const AVFrame> frame_;
};

}  // namespace syncnet::media
