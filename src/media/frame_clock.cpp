#include "media/frame_clock.h"

#include <utility>

namespace syncnet::media {
namespace {

// The next image counts up to this long before its time, where it is nearer than the current one:
// half of our period, and what containers round times to (1 ms).
constexpr std::int64_t kEarliestUs = 21'000;
// Where both are as near, the current one stays, so that rounded times don't decide.
constexpr std::int64_t kTieUs = 500;
constexpr std::int64_t kPeriodUs = 1'000'000 / kFrameRate;

}  // namespace

FrameClock::FrameClock() = default;

void FrameClock::push(AVFrame& frame, std::int64_t time_us, std::int64_t duration_us) {
    if (current_.filled && time_us < current_.time_us) {
        av_frame_unref(&frame);  // it was due before an image that has been shown
        return;
    }
    av_frame_unref(next_.frame.get());
    av_frame_move_ref(next_.frame.get(), &frame);
    next_.time_us = time_us;
    next_.end_us = time_us + duration_us;
    next_.filled = true;
}

void FrameClock::finish() {
    finished_ = true;
}

bool FrameClock::is_due(std::int64_t now_us) const {
    const std::int64_t early = next_.time_us - now_us;
    if (early <= 0 || !current_.filled) return early <= kEarliestUs;
    return early <= kEarliestUs && early + kTieUs < now_us - current_.time_us;
}

std::optional<FrameClock::Shown> FrameClock::pull() {
    for (;;) {
        const std::int64_t now_us = index_ * kPeriodUs;
        if (next_.filled) {
            if (is_due(now_us)) {
                std::swap(current_, next_);
                av_frame_unref(next_.frame.get());
                next_.filled = false;
                is_new_ = true;
                continue;
            }
        } else if (!finished_ || !current_.filled || now_us + kTieUs >= current_.end_us) {
            return std::nullopt;
        }
        return Shown{index_++, current_.filled ? current_.frame.get() : nullptr,
                     std::exchange(is_new_, false)};
    }
}

}  // namespace syncnet::media
