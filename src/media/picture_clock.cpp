#include "media/picture_clock.h"

#include <utility>

namespace syncnet::media {
namespace {

// A picture that is due up to this much later already counts as shown: webm rounds times to
// milliseconds and cameras jitter. It stays below half the period of the fastest usual video
// (60 fps) so as not to prefer later pictures, and away from where the grids of 24, 30 and 60 fps
// meet ours (multiples of 1.67 ms), as rounding would decide there.
constexpr std::int64_t kToleranceUs = 7'500;
constexpr std::int64_t kPeriodUs = 1'000'000 / kFrameRate;

}  // namespace

PictureClock::PictureClock() = default;

void PictureClock::push(AVFrame& frame, std::int64_t time_us, std::int64_t duration_us) {
    if (current_.filled && time_us < current_.time_us) {
        av_frame_unref(&frame);  // it was due before a picture that has been shown
        return;
    }
    av_frame_unref(next_.frame.get());
    av_frame_move_ref(next_.frame.get(), &frame);
    next_.time_us = time_us;
    next_.end_us = time_us + duration_us;
    next_.filled = true;
}

void PictureClock::finish() {
    finished_ = true;
}

std::optional<PictureClock::Shown> PictureClock::pull() {
    for (;;) {
        const std::int64_t now_us = index_ * kPeriodUs + kToleranceUs;
        if (next_.filled) {
            if (now_us >= next_.time_us) {
                std::swap(current_, next_);
                av_frame_unref(next_.frame.get());
                next_.filled = false;
                is_new_ = true;
                continue;
            }
        } else if (!finished_ || !current_.filled || now_us >= current_.end_us) {
            return std::nullopt;
        }
        return Shown{index_++, current_.filled ? current_.frame.get() : nullptr,
                     std::exchange(is_new_, false)};
    }
}

}  // namespace syncnet::media
