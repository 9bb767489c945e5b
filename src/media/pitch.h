// What becomes of the pitch of audio that gets another speed.
#pragma once

namespace syncnet::media {

enum class Pitch {
    kept,       // speech and music audio as before
    resampled,  // goes up where the audio gets faster, as it was before speeds were mixed up
};

}  // namespace syncnet::media
