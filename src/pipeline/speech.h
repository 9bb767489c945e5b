// Where speech is heard.
#pragma once

#include <cstdint>
#include <vector>

#include "sync/lip_sync.h"

namespace syncnet::pipeline {

struct Interval {
    std::int64_t from = 0, to = 0;  // frames, without `to`
};

bool is_speech(const sync::Speech& speech, std::int64_t frame);
// In [from, to).
std::int64_t speech_frames(const sync::Speech& speech, std::int64_t from, std::int64_t to);
// In the order of time. Breaths between words are speech, single clicks are not.
std::vector<Interval> speech_intervals(const sync::Speech& speech);

}  // namespace syncnet::pipeline
