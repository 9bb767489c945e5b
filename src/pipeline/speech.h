// Where speech is heard.
#pragma once

#include <cstdint>
#include <vector>

#include "base/interval.h"
#include "sync/lip_sync.h"

namespace syncnet::pipeline {

bool is_speech(const sync::Speech& speech, std::int64_t frame);
// In [from, to).
std::int64_t speech_frames(const sync::Speech& speech, std::int64_t from, std::int64_t to);
// In the order of time. Breaths between words are speech, single clicks are not.
std::vector<Interval> speech_intervals(const sync::Speech& speech);

}  // namespace syncnet::pipeline
