#include "media/rgb_scaler.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <array>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "media/av.h"
#include "media/sws.h"

namespace syncnet::media {
namespace {

// swscale writes rows in groups of pixels and may leave or overrun the rest of a row that is not a
// multiple of this.
constexpr int kGroup = 32;

bool fits(const RgbTarget& to) {
    if (to.width <= 0 || to.height <= 0 || to.stride / 3 < to.width) return false;
    const std::int64_t bytes = std::int64_t{to.height - 1} * to.stride + std::int64_t{to.width} * 3;
    return bytes <= static_cast<std::int64_t>(to.pixels.size());
}

bool inside(const Rect& rect, const Image& image) {
    return rect.x >= 0 && rect.y >= 0 && rect.width > 0 && rect.height > 0 &&
           rect.width <= image.width() - rect.x && rect.height <= image.height() - rect.y;
}

}  // namespace

struct RgbScaler::Impl {
    Sws sws;
    std::vector<std::uint8_t> scratch;
};

RgbScaler::RgbScaler() : impl_(std::make_unique<Impl>()) {}
RgbScaler::RgbScaler(RgbScaler&&) noexcept = default;
RgbScaler& RgbScaler::operator=(RgbScaler&&) noexcept = default;
RgbScaler::~RgbScaler() = default;

void RgbScaler::convert(const Image& image, const RgbTarget& to) {
    convert(image, {0, 0, image.width(), image.height()}, to);
}

void RgbScaler::convert(const Image& image, const Rect& from, const RgbTarget& to) {
    if (!inside(from, image) || !fits(to)) {
        throw Error(ErrorCode::invalid_request, "a rectangle lies outside its image");
    }
    const AVFrame& frame = image.frame();
    const auto format = static_cast<AVPixelFormat>(frame.format);
    const AVPixFmtDescriptor& layout = *av_pix_fmt_desc_get(format);

    std::array<const std::uint8_t*, 4> planes = {};
    std::array<int, 4> strides = {};
    const int chroma_x = from.x >> layout.log2_chroma_w;
    const int chroma_y = from.y >> layout.log2_chroma_h;
    const int luma_x = chroma_x << layout.log2_chroma_w;
    const int luma_y = chroma_y << layout.log2_chroma_h;
    for (std::size_t plane = 0; plane < 3; ++plane) {
        strides[plane] = frame.linesize[plane];
        planes[plane] = frame.data[plane] + (plane == 0 ? luma_x : chroma_x) +
                        std::ptrdiff_t{plane == 0 ? luma_y : chroma_y} * strides[plane];
    }

    SwsContext* const context =
        impl_->sws.prepare({.from_width = from.width,
                            .from_height = from.height,
                            .from_format = format,
                            .to_width = to.width,
                            .to_height = to.height,
                            .to_format = AV_PIX_FMT_RGB24,
                            .matrix = frame.colorspace,
                            .full_range = frame.color_range == AVCOL_RANGE_JPEG});
    const auto scale = [&](std::uint8_t* into, int stride) {
        const std::array<std::uint8_t*, 4> out = {into, nullptr, nullptr, nullptr};
        const std::array<int, 4> out_strides = {stride, 0, 0, 0};
        sws_scale(context, planes.data(), strides.data(), 0, from.height, out.data(),
                  out_strides.data());
    };
    if (to.width % kGroup == 0) {
        scale(to.pixels.data(), to.stride);
        return;
    }
    const int stride = (to.width + 2 * kGroup) / kGroup * kGroup * 3;
    impl_->scratch.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(to.height));
    scale(impl_->scratch.data(), stride);
    for (int y = 0; y < to.height; ++y) {
        std::memcpy(to.pixels.data() + std::ptrdiff_t{y} * to.stride,
                    impl_->scratch.data() + std::ptrdiff_t{y} * stride,
                    static_cast<std::size_t>(to.width) * 3);
    }
}

}  // namespace syncnet::media
