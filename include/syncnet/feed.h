// Frames and samples that the caller has, instead of a file: a camera, a decoder of one's own, a
// generated clip.
//
//   syncnet::Feed feed = analyzer.feed({.width = 640, .height = 480, .sample_rate = 48'000});
//   for (...) { feed.push_frame(rgb); feed.push_samples(samples); }
//   const syncnet::Result result = feed.finish();
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "syncnet/export.h"
#include "syncnet/result.h"

namespace syncnet {

struct FeedFormat {
    int width = 0, height = 0;  // of every frame, pixels
    double fps = 25;      // of frames that are pushed without a time; it may be any rate up to 1000
    int sample_rate = 0;  // Hz, 4000..384000; 0: there is no audio
};

// One video. The work goes on beside the caller, who waits in a push while it is behind: memory is
// bounded. Frames and samples start at the same instant; either may be pushed ahead of the other.
//
// For one thread at a time. A push throws what is wrong with its arguments (invalid_request,
// too_long), and, once the analysis has failed, what that failed with. A feed that goes without
// finish() ends its work and forgets it.
class SYNCNET_API Feed {
  public:
    Feed(Feed&&) noexcept;
    Feed& operator=(Feed&&) noexcept;
    ~Feed();

    // width x height packed RGB pixels of 8 bits, rows from the top, `stride` bytes apart (0: 3 *
    // width). Copied. `time` is when it is shown, later than the frame before; nothing: the count
    // of frames over fps. Use one of both for all frames.
    void push_frame(std::span<const std::uint8_t> rgb, std::size_t stride = 0,
                    std::optional<std::chrono::microseconds> time = {});
    // Mono, in [-1, 1], without a gap from the start. Copied.
    void push_samples(std::span<const float> samples);
    // No more of it: waits for the result. Once.
    Result finish();

  private:
    friend class Analyzer;
    struct SYNCNET_LOCAL Impl;
    SYNCNET_LOCAL explicit Feed(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet
