// Where speech is heard.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/log_mel.h"
#include "base/interval.h"
#include "sync/lip_sync.h"

namespace syncnet::pipeline {

// How loud each frame is, from frame 0 on: decibels above nothing in particular, so only
// differences mean something. 10 log10 of the power of all mel bands, a mean over the frame's mel
// frames.
std::vector<float> frame_levels(std::span<const audio::MelFrame> log_mel);

// A television, the neighbours: a voice far below the nearest one in the clip is nobody's in the
// image, and its probability becomes 0. A voice is as loud as the loudest frame within
// kLoudestWithin frames (soft consonants stand beside vowels); the nearest is as loud as
// kNearShare of the frames of speech are at most, so that one shout does not silence the rest; far
// is kFarDecibels below it. A clip with one voice, however faint, keeps all of it. `levels` are
// frame_levels' of the same audio. Chosen on validation clips (docs/evaluation.md).
inline constexpr float kFarDecibels = 14;
inline constexpr double kNearShare = 0.95;
inline constexpr std::int64_t kLoudestWithin = 5;  // frames to either side: 0.2 s
sync::Speech without_far_voices(sync::Speech speech, std::span<const float> levels);

bool is_speech(const sync::Speech& speech, std::int64_t frame);
// In [from, to).
std::int64_t speech_frames(const sync::Speech& speech, std::int64_t from, std::int64_t to);
// In the order of time. Breaths between words are speech, single clicks are not.
std::vector<Interval> speech_intervals(const sync::Speech& speech);

}  // namespace syncnet::pipeline
