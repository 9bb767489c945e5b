// Audio that was made for video of another rate: the usual reason why audio drifts.
#pragma once

#include <optional>
#include <string_view>

#include "score/voice.h"

namespace syncnet::score {

struct RateMixUp {
    double audio_for_video;  // how many times as fast as the video the audio runs
    std::string_view what;   // "25 frames a second played as 24"
};

// Nothing where the drift is another's, or is not known well enough to tell.
std::optional<RateMixUp> rate_mix_up(const Drift& drift);

// How many times as fast as the video the audio runs, by its drift: of video at t the audio
// is at t - offset(t), which grows by `drift` a second. Exactly the rates' ratio where they are
// mixed up.
double speed_of(const Drift& drift);

}  // namespace syncnet::score
