#include "media/rgb_frame.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace syncnet::media {

FramePtr rgb_frame(const RgbView& rgb, FramePool& pool) {
    const auto row_bytes = 3 * static_cast<std::size_t>(std::max(rgb.width, 0));
    if (rgb.width <= 0 || rgb.height <= 0 || rgb.stride < row_bytes ||
        rgb.bytes.size() < row_bytes ||
        (rgb.bytes.size() - row_bytes) / rgb.stride < static_cast<std::size_t>(rgb.height) - 1)
        throw Error(ErrorCode::invalid_request, "the RGB bytes do not fit the image's size");
    // swscale reads in pairs of pixels: an odd row needs its last one twice.
    FramePtr frame = pool.get(AV_PIX_FMT_RGB24, rgb.width + rgb.width % 2, rgb.height);
    frame->width = rgb.width;
    for (int y = 0; y < rgb.height; ++y) {
        std::uint8_t* const row = frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0];
        std::memcpy(row, rgb.bytes.data() + static_cast<std::size_t>(y) * rgb.stride, row_bytes);
        if (rgb.width % 2 != 0) std::memcpy(row + row_bytes, row + row_bytes - 3, 3);
    }
    return frame;
}

}  // namespace syncnet::media
