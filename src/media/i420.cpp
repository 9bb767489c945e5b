#include "media/i420.h"

#include "base/error.h"
#include "media/av.h"
#include "media/pixel_format.h"

namespace syncnet::media {
namespace {

// `from` as planes of any 8-bit YCbCr format; at least 2 x 2 pixels.
void convert(const std::uint8_t* const* from, const int* strides, int width, int height,
             AVPixelFormat format, bool full_range, I420& to) {
    const AvPtr<SwsContext> context(sws_getContext(width, height, format, to.width, to.height,
                                                   AV_PIX_FMT_YUV420P, SWS_AREA, nullptr, nullptr,
                                                   nullptr));
    if (!context) throw Error(ErrorCode::unsupported_codec, "the pixel format is not supported");
    constexpr int kOne = 1 << 16;
    const int* const table = sws_getCoefficients(SWS_CS_DEFAULT);
    sws_setColorspaceDetails(context.get(), table, full_range ? 1 : 0, table, 0, 0, kOne, kOne);
    std::uint8_t* const planes[] = {to.y.data(), to.u.data(), to.v.data()};
    const int to_strides[] = {to.width, to.width / 2, to.width / 2};
    sws_scale(context.get(), from, strides, 0, height, planes, to_strides);
}

}  // namespace

I420::I420(int width_, int height_) : width(width_), height(height_) {
    if (width <= 0 || height <= 0 || width % 2 != 0 || height % 2 != 0)
        throw Error(ErrorCode::invalid_request, "the sides of an image must be even");
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    y.resize(pixels);
    u.resize(pixels / 4);
    v.resize(pixels / 4);
}

I420 to_i420(const Image& image) {
    const AVFrame& frame = image.frame();
    const int width = frame.width / 2 * 2, height = frame.height / 2 * 2;
    I420 copy(width, height);
    convert(frame.data, frame.linesize, width, height,
            without_range(static_cast<AVPixelFormat>(frame.format)),
            frame.color_range == AVCOL_RANGE_JPEG, copy);
    return copy;
}

I420 scaled(const I420& image, int width, int height) {
    I420 copy(width, height);
    const std::uint8_t* const planes[] = {image.y.data(), image.u.data(), image.v.data()};
    const int strides[] = {image.width, image.width / 2, image.width / 2};
    convert(planes, strides, image.width, image.height, AV_PIX_FMT_YUV420P, false, copy);
    return copy;
}

}  // namespace syncnet::media
