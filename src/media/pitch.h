// What becomes of the pitch of sound that gets another speed.
#pragma once

namespace syncnet::media {

enum class Pitch {
    kept,       // speech and music sound as before
    resampled,  // goes up where the sound gets faster, as it was before speeds were mixed up
};

}  // namespace syncnet::media
