// FFmpeg's objects with owners. For media's own .cpp files: no header that other modules include
// may include this one.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <cstdint>
#include <memory>
#include <new>
#include <optional>

namespace syncnet::media {

struct AvDeleter {
    void operator()(AVFrame* p) const noexcept { av_frame_free(&p); }
    void operator()(AVPacket* p) const noexcept { av_packet_free(&p); }
    void operator()(AVCodecContext* p) const noexcept { avcodec_free_context(&p); }
    void operator()(AVFormatContext* p) const noexcept { avformat_close_input(&p); }
    void operator()(AVBufferPool* p) const noexcept { av_buffer_pool_uninit(&p); }
    void operator()(SwrContext* p) const noexcept { swr_free(&p); }
    void operator()(SwsContext* p) const noexcept { sws_freeContext(p); }
    void operator()(AVIOContext* p) const noexcept {
        if (p != nullptr) av_freep(&p->buffer);  // FFmpeg may have replaced the one it was given
        avio_context_free(&p);
    }
};

template <class T>
using AvPtr = std::unique_ptr<T, AvDeleter>;

using FramePtr = AvPtr<AVFrame>;
using PacketPtr = AvPtr<AVPacket>;

// For FFmpeg's constructors, which return null when there is no memory.
template <class T>
T* checked(T* p) {
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

inline constexpr AVRational kMicroseconds = {1, AV_TIME_BASE};

// A timestamp in microseconds. Beyond a century it is not a time but damage, and its arithmetic
// could overflow: nothing, as for a missing one.
inline std::optional<std::int64_t> to_us(std::int64_t timestamp, AVRational base) {
    constexpr std::int64_t kCenturyUs = std::int64_t{100} * 366 * 24 * 3600 * AV_TIME_BASE;
    if (timestamp == AV_NOPTS_VALUE) return std::nullopt;
    const auto us = av_rescale_q(timestamp, base, kMicroseconds);
    if (us < -kCenturyUs || us > kCenturyUs) return std::nullopt;
    return us;
}

// FFmpeg makes a length of 149 hours of the end of a Vorbis stream. What can't be is not known.
inline void forget_impossible_duration(AVPacket& packet, const AVStream& stream) {
    constexpr std::int64_t kLongestAudioUs = std::int64_t{60} * AV_TIME_BASE;
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) return;
    const auto us = to_us(packet.duration, stream.time_base);
    if (!us || *us < 0 || *us > kLongestAudioUs) packet.duration = 0;
}

inline FramePtr make_frame() {
    return FramePtr(checked(av_frame_alloc()));
}
inline PacketPtr make_packet() {
    return PacketPtr(checked(av_packet_alloc()));
}

}  // namespace syncnet::media
