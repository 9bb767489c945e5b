// The file in passages: where one face explains the audio at one offset, and where nothing does.
#pragma once

#include <vector>

#include "score/speaker_path.h"
#include "score/steady_drift.h"

namespace syncnet::score {

inline constexpr double kLeastJump = 2;  // frames; less is the measurement's own error

// In the order of time, whole steps. Offsets are those along the line, in a passage's middle.
// Found exactly, as the most likely sequence of offsets and of "nothing fits here".
std::vector<Passage> find_passages(const SpeakerPath& path, const OffsetLine& line,
                                   const PairStatistics& pairs);

}  // namespace syncnet::score
