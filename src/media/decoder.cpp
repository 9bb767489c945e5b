#include "media/decoder.h"

#include <new>
#include <string>

#include "base/error.h"
#include "media/codecs.h"

namespace syncnet::media {
namespace {

// A decoder that only ever returns errors must not keep us for ever.
constexpr int kMaxErrorsPerPacket = 64;

}  // namespace

Decoder::Decoder(const AVStream& stream, int threads, std::int64_t max_pixels)
    : guard_(std::make_unique<PixelGuard>(max_pixels)) {
    const AVCodec* codec = allowed_decoder(stream.codecpar->codec_id);
    if (codec == nullptr) {
        throw Error(ErrorCode::unsupported_codec, std::string("the codec '") +
                                                      avcodec_get_name(stream.codecpar->codec_id) +
                                                      "' is not supported");
    }
    context_.reset(checked(avcodec_alloc_context3(codec)));
    if (avcodec_parameters_to_context(context_.get(), stream.codecpar) < 0) {
        throw Error(ErrorCode::unreadable_video, "the codec's parameters are damaged");
    }
    context_->pkt_timebase = stream.time_base;
    context_->thread_count = threads;
    // FFmpeg reports its own limit as just another decoding error; get_buffer tells us which it
    // was. Its limit bounds what a codec allocates before it asks for a buffer.
    context_->max_pixels = max_pixels * 4;
    context_->opaque = guard_.get();
    context_->get_buffer2 = &get_buffer;
    const int status = avcodec_open2(context_.get(), codec, nullptr);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) {
        throw Error(ErrorCode::unreadable_video,
                    std::string("the decoder for '") + codec->name + "' refuses this stream");
    }
}

int Decoder::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept {
    PixelGuard& guard = *static_cast<PixelGuard*>(context->opaque);
    if (std::int64_t{context->width} * context->height > guard.max_pixels) {
        guard.exceeded = true;
        return AVERROR(EINVAL);
    }
    const int status = avcodec_default_get_buffer2(context, frame, flags);
    if (status == AVERROR(ENOMEM)) guard.out_of_memory = true;  // FFmpeg may call it damage
    return status;
}

void Decoder::send(const AVPacket* packet) {
    const int status = avcodec_send_packet(context_.get(), packet);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0 && status != AVERROR_EOF) ++errors_;
}

bool Decoder::receive(AVFrame& frame) {
    for (int attempt = 0; attempt < kMaxErrorsPerPacket; ++attempt) {
        const int status = avcodec_receive_frame(context_.get(), &frame);
        if (guard_->exceeded) {
            throw Error(ErrorCode::too_many_pixels,
                        "the images grow beyond " + std::to_string(guard_->max_pixels) + " pixels");
        }
        if (status == AVERROR(EAGAIN)) return false;
        if (status == AVERROR(ENOMEM) || guard_->out_of_memory) throw std::bad_alloc();
        if (status == AVERROR_EOF) return false;
        if (status < 0) {
            ++errors_;
            continue;
        }
        if (frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0) ++errors_;
        return true;
    }
    return false;
}

}  // namespace syncnet::media
