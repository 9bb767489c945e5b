// What the tables of an MP4 ask for, read before anything is allocated for it: a few bytes can ask
// for gigabytes and minutes.
#pragma once

#include "media/source.h"

namespace syncnet::media {

inline constexpr std::int64_t kMaxEdits = 10'000;          // of all tracks; FFmpeg's work is square
inline constexpr std::int64_t kMaxTableBoxes = 3'000'000;  // fragments of a long file have many
inline constexpr std::int64_t kMaxSamples = 5'000'000;     // of all tracks; 24 bytes each

// Throws too_complex. A file that is no MP4, or a damaged one, is another's to judge.
void require_moderate_tables(const Source& source);

}  // namespace syncnet::media
