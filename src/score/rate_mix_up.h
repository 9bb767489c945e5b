// Sound that was made for pictures of another rate: the usual reason why sound drifts.
#pragma once

#include <optional>
#include <string_view>

#include "score/voice.h"

namespace syncnet::score {

struct RateMixUp {
    double sound_for_picture;  // how many times as fast as the pictures the sound runs
    std::string_view what;     // "25 pictures a second played as 24"
};

// Nothing where the drift is another's, or is not known well enough to tell.
std::optional<RateMixUp> rate_mix_up(const Drift& drift);

// How many times as fast as the pictures the sound runs, by its drift: of pictures at t the sound
// is at t - offset(t), which grows by `drift` a second. Exactly the rates' ratio where they are
// mixed up.
double speed_of(const Drift& drift);

}  // namespace syncnet::score
