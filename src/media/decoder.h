// One codec.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "media/av.h"

namespace syncnet::media {

class Decoder {
  public:
    // Throws unsupported_codec, unreadable_video.
    Decoder(const AVStream& stream, int threads, std::int64_t max_pixels);

    // Only after receive() has returned false. Null: there is no more.
    void send(const AVPacket* packet);

    // The next decoded frame; false: needs another packet (or has ended). Throws too_many_pixels.
    bool receive(AVFrame& frame);

    // Packets that could not be decoded, or only with errors.
    std::int64_t errors() const noexcept { return errors_; }

  private:
    struct PixelGuard {
        explicit PixelGuard(std::int64_t limit) : max_pixels(limit) {}
        std::int64_t max_pixels;
        // Set from FFmpeg's threads.
        std::atomic<bool> exceeded = false, out_of_memory = false;
    };
    static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags) noexcept;

    std::unique_ptr<PixelGuard> guard_;  // FFmpeg holds its address
    AvPtr<AVCodecContext> context_;
    std::int64_t errors_ = 0;
};

}  // namespace syncnet::media
