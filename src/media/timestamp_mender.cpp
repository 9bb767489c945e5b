#include "media/timestamp_mender.h"

#include <algorithm>
#include <cstdlib>

namespace syncnet::media {
namespace {

constexpr std::int64_t kJumpUs = 10'000'000;  // as the ffmpeg program's -dts_delta_threshold
constexpr std::int64_t kBackUs = 250'000;     // decoding times never go back in one recording

}  // namespace

// Whether a packet of `own` may be due now.
bool TimestampMender::plausible(const State& own, std::int64_t time_us) const {
    const auto near = [time_us](const State& state) {
        return state.expected_us && std::abs(time_us - *state.expected_us) < kJumpUs;
    };
    return time_us > *own.expected_us - kBackUs && std::ranges::any_of(streams_, near);
}

std::int64_t TimestampMender::correction(Stream stream, std::int64_t dts_us,
                                         std::int64_t duration_us) {
    State& state = streams_[stream];
    if (!state.expected_us) {
        state.correction_us = latest_correction_us_;
    } else if (!plausible(state, dts_us + state.correction_us)) {
        // The other stream may have jumped already; then this one must jump by the same amount.
        if (!plausible(state, dts_us + latest_correction_us_)) {
            latest_correction_us_ = *state.expected_us - dts_us;
        }
        state.correction_us = latest_correction_us_;
    }
    state.expected_us = dts_us + state.correction_us + duration_us;
    return state.correction_us;
}

}  // namespace syncnet::media
