// The same streams in a new file, with the audio moved: nothing is decoded, nothing encoded again,
// unless the audio gets another speed.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "media/limits.h"
#include "media/pitch.h"
#include "media/source.h"

namespace syncnet::media {

// Another speed for all audio, about one moment.
struct Stretch {
    double speed = 1;  // 0.5 to 2: how many times as fast as before
    Pitch pitch = Pitch::kept;
    std::int64_t about_us = 0;  // the container's time that stays where it is
};

struct RemuxOptions {
    std::chrono::microseconds audio_later{0};  // negative: earlier; before it is stretched
    std::optional<Stretch> stretch;            // nothing: no audio is encoded again
    Limits limits;
    std::function<void()> between;  // called from time to time; may throw
};

// Copies all streams, chapters, metadata, rotation and dispositions into `to`, whose ending tells
// the container: .mp4 .m4v .mov .mkv .webm .ts .mpg. All audio is moved, nothing else is - unless
// the audio would begin before the container's time can: then all the rest comes later instead.
// (mp4 and mov can: their edit list then hides what is heard before the first image.) Memory does
// not depend on the length.
//
// Stretched audio is encoded again, in the codec that it had where that can be.
//
// Throws wrong_container (an ending that we don't write, or that can't hold these streams; the
// message names one that can), unreadable_video (also where its clock jumps), what Container
// throws, cannot_write, storage_full, no_encoder.
void remux(Source source, const std::filesystem::path& to, const RemuxOptions& options);

// Throws wrong_container as remux does, for what can be told without opening anything.
void check_ending(const std::filesystem::path& to);

}  // namespace syncnet::media
