#include "score/rate_mix_up.h"

#include <array>
#include <cmath>

namespace syncnet::score {
namespace {

constexpr double kFilm = 24'000.0 / 1001;  // 23.976
constexpr double kErrors = 3;

// where video is shown at another rate than the audio was made for.
constexpr std::array kMixUps{
    RateMixUp{25.0 / 24, "25 frames a second played as 24"},
    RateMixUp{24.0 / 25, "24 frames a second played as 25"},
    RateMixUp{25 / kFilm, "25 frames a second played as 23.976"},
    RateMixUp{kFilm / 25, "23.976 frames a second played as 25"},
    RateMixUp{24 / kFilm, "24 frames a second played as 23.976"},
    RateMixUp{kFilm / 24, "23.976 frames a second played as 24"},
};

// Audio that runs fast gets earlier: by what it gains on the video.
double gains_ms_per_s(double speed) {
    return (1 - 1 / speed) * 1000;
}

}  // namespace

std::optional<RateMixUp> rate_mix_up(const Drift& drift) {
    for (const RateMixUp& m : kMixUps) {
        const double gains = gains_ms_per_s(m.audio_for_video);
        if (std::abs(drift.ms_per_s - gains) <= kErrors * drift.error &&
            kErrors * drift.error < std::abs(gains) / 2)
            return m;
    }
    return std::nullopt;
}

double speed_of(const Drift& drift) {
    if (const auto known = rate_mix_up(drift)) return known->audio_for_video;
    return 1 / (1 - drift.ms_per_s / 1000);
}

}  // namespace syncnet::score
