// One audio stream at another speed: decoded, stretched, encoded again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "media/av.h"
#include "media/decoder.h"
#include "media/limits.h"
#include "media/output_format.h"
#include "media/pitch.h"

namespace syncnet::media {

class StretchedAudio {
  public:
    // `speed`: 0.5 to 2, how many times as fast as before. `first_us`: when its first sample is to
    // be heard. `to` gets the codec's parameters: the codec that it had, where this FFmpeg can
    // encode it, else one that suits the container. Throws no_encoder, unsupported_codec.
    StretchedAudio(const AVStream& from, AVStream& to, const OutputFormat& format, double speed,
                   Pitch pitch, std::int64_t first_us, const Limits& limits);
    ~StretchedAudio();
    StretchedAudio(const StretchedAudio&) = delete;
    StretchedAudio& operator=(const StretchedAudio&) = delete;

    // Takes a packet of `from` (null: no more come) and hands out those of `to`, in its time base.
    // Memory does not depend on the length.
    void push(const AVPacket* packet, const std::function<void(AVPacket&)>& sink);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::media
