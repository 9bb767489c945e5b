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
    // Copied first, as swscale may read a little beyond the end of a row.
    const FramePtr frame = FramePool().get(AV_PIX_FMT_RGB24, width, height);
    const auto row_bytes = 3 * static_cast<std::size_t>(width);
    for (int y = 0; y < height; ++y) {
        std::memcpy(frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0],
                    rgb.data() + static_cast<std::size_t>(y) * row_bytes, row_bytes);
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
