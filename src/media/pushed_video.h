// A video that comes as frames and samples instead of as a file. One thread pushes, another reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bounded_queue.h"
#include "media/frame_clock.h"
#include "media/image_normalizer.h"
#include "media/rgb_frame.h"
#include "media/sample_clock.h"
#include "media/stream.h"

namespace syncnet::media {

struct PushedFormat {
    int width = 0, height = 0;
    double fps = kFrameRate;  // where frames come without a time, and how long the last one lasts
    int sample_rate = 0;      // mono; 0: there is no audio
};

class PushedVideo {
  public:
    // Throws invalid_request, too_many_pixels, bad_sample_rate.
    PushedVideo(const PushedFormat& format, const Limits& limits);

    // Waits while the reader is behind. False: nobody reads any more. Nothing after finish(). Times
    // grow. Throws invalid_request, too_long.
    bool push(const RgbView& rgb, std::optional<std::chrono::microseconds> time);
    bool push(std::span<const float> samples);
    void finish();
    // From any thread: who waits here or in the stream waits no longer.
    void stop() noexcept { items_.close(); }

    // What was pushed. Once; the video outlives it.
    std::unique_ptr<Stream> stream();

  private:
    class PushedStream;
    // A frame, or where there are any, samples.
    struct Held {
        std::int64_t frame = 0;
        std::optional<Image> image;
        std::vector<float> samples;
    };

    bool hand_out_images();
    bool hand_out_samples();
    void check_time(std::chrono::microseconds time) const;

    static constexpr std::size_t kItemsAhead = 8;

    PushedFormat format_;
    Limits limits_;
    FramePool pool_;
    FrameClock images_;
    ImageNormalizer normalizer_;
    std::optional<Image> image_;  // the one on show
    SampleClock samples_;
    std::int64_t frames_ = 0, pushed_samples_ = 0;
    std::chrono::microseconds last_{0};
    bool finished_ = false;  // written before the queue is closed, read after
    BoundedQueue<Held> items_{kItemsAhead};
};

}  // namespace syncnet::media
