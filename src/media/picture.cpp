#include "media/picture.h"

#include <cstring>

#include "base/error.h"
#include "media/picture_normalizer.h"

namespace syncnet::media {

Picture Picture::from_rgb(std::span<const std::uint8_t> rgb, int width, int height) {
    if (width <= 0 || height <= 0 ||
        rgb.size() / 3 / static_cast<std::size_t>(width) != static_cast<std::size_t>(height) ||
        rgb.size() % (3 * static_cast<std::size_t>(width)) != 0) {
        throw Error(ErrorCode::invalid_request, "the RGB bytes do not fit the picture's size");
    }
    // Copied, because swscale reads in pairs of pixels: an odd row needs its last one twice.
    const FramePtr frame = FramePool().get(AV_PIX_FMT_RGB24, width + width % 2, height);
    frame->width = width;
    const auto row_bytes = 3 * static_cast<std::size_t>(width);
    for (int y = 0; y < height; ++y) {
        std::uint8_t* const row = frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0];
        std::memcpy(row, rgb.data() + static_cast<std::size_t>(y) * row_bytes, row_bytes);
        if (width % 2 != 0) std::memcpy(row + row_bytes, row + row_bytes - 3, 3);
    }
    return PictureNormalizer().normalize(*frame, {1, 1}, {});
}

int Picture::width() const noexcept {
    return frame_->width;
}

int Picture::height() const noexcept {
    return frame_->height;
}

LumaView Picture::luma() const noexcept {
    return {.data = frame_->data[0],
            .width = frame_->width,
            .height = frame_->height,
            .stride = frame_->linesize[0],
            .full_range = frame_->color_range == AVCOL_RANGE_JPEG};
}

}  // namespace syncnet::media
