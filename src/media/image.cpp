#include "media/image.h"

#include <algorithm>

#include "base/error.h"
#include "media/image_normalizer.h"
#include "media/rgb_frame.h"

namespace syncnet::media {

Image Image::from_rgb(std::span<const std::uint8_t> rgb, int width, int height) {
    FramePool pool;
    const auto stride = 3 * static_cast<std::size_t>(std::max(width, 0));
    if (height <= 0 || rgb.size() != stride * static_cast<std::size_t>(height))
        throw Error(ErrorCode::invalid_request, "the RGB bytes do not fit the image's size");
    const FramePtr frame = rgb_frame({rgb, width, height, stride}, pool);
    return ImageNormalizer().normalize(*frame, {1, 1}, {});
}

int Image::width() const noexcept {
    return frame_->width;
}

int Image::height() const noexcept {
    return frame_->height;
}

LumaView Image::luma() const noexcept {
    return {.data = frame_->data[0],
            .width = frame_->width,
            .height = frame_->height,
            .stride = frame_->linesize[0],
            .full_range = frame_->color_range == AVCOL_RANGE_JPEG};
}

}  // namespace syncnet::media
