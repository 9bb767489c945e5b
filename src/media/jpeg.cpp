#include "media/jpeg.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "media/rgb_scaler.h"
#include "media/sws.h"

namespace syncnet::media {
namespace {

constexpr int kQuality = 5;  // of FFmpeg's 2 (best) to 31: no blocks to be seen in a thumbnail

int even(double side) {
    return std::max(2, 2 * static_cast<int>(std::lround(side / 2)));
}

FramePtr full_range_frame(const Image& image, int width, int height) {
    std::vector<std::uint8_t> rgb(3 * static_cast<std::size_t>(width) *
                                  static_cast<std::size_t>(height));
    RgbScaler().convert(image, {rgb, width, height, 3 * width});
    FramePtr frame = make_frame();
    frame->format = AV_PIX_FMT_YUVJ420P;
    frame->width = width;
    frame->height = height;
    frame->pts = 0;
    if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
    Sws sws;
    SwsContext* const context = sws.prepare({.from_width = width,
                                             .from_height = height,
                                             .from_format = AV_PIX_FMT_RGB24,
                                             .to_width = width,
                                             .to_height = height,
                                             .to_format = AV_PIX_FMT_YUVJ420P,
                                             .matrix = AVCOL_SPC_SMPTE170M,  // JPEG's own
                                             .full_range = true});
    const std::uint8_t* const from = rgb.data();
    const int stride = 3 * width;
    sws_scale(context, &from, &stride, 0, height, frame->data, frame->linesize);
    return frame;
}

AvPtr<AVCodecContext> open_encoder(int width, int height) {
    const AVCodec* const codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (codec == nullptr) throw Error(ErrorCode::no_encoder, "it has no encoder for JPEG");
    AvPtr<AVCodecContext> c(checked(avcodec_alloc_context3(codec)));
    c->width = width;
    c->height = height;
    c->pix_fmt = AV_PIX_FMT_YUVJ420P;
    c->color_range = AVCOL_RANGE_JPEG;
    c->time_base = {1, kMaxAnalysisSide};  // of one image; any
    c->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    c->global_quality = kQuality * FF_QP2LAMBDA;
    c->thread_count = 1;
    if (avcodec_open2(c.get(), codec, nullptr) < 0)
        throw Error(ErrorCode::no_encoder, "its encoder for JPEG does not take such images");
    return c;
}

}  // namespace

Jpeg to_jpeg(const Image& image, int longest_side) {
    const double scale =
        std::min(1.0, static_cast<double>(longest_side) / std::max(image.width(), image.height()));
    const int width = even(image.width() * scale), height = even(image.height() * scale);
    const AvPtr<AVCodecContext> encoder = open_encoder(width, height);
    const FramePtr frame = full_range_frame(image, width, height);
    frame->quality = encoder->global_quality;
    const PacketPtr packet = make_packet();
    if (avcodec_send_frame(encoder.get(), frame.get()) < 0 ||
        avcodec_send_frame(encoder.get(), nullptr) < 0 ||
        avcodec_receive_packet(encoder.get(), packet.get()) < 0)
        throw Error(ErrorCode::internal, "the encoder refuses an image");
    return {.width = width, .height = height, .bytes = {packet->data, packet->data + packet->size}};
}

}  // namespace syncnet::media
