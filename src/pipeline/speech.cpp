#include "pipeline/speech.h"

#include <algorithm>

namespace syncnet::pipeline {
namespace {

constexpr float kSpeechProbability = 0.5F;
constexpr std::int64_t kBreathFrames = 8;
constexpr std::int64_t kClickFrames = 3;

std::int64_t end_of(const sync::Speech& speech) {
    return speech.first_frame + static_cast<std::int64_t>(speech.probability.size());
}

}  // namespace

bool is_speech(const sync::Speech& speech, std::int64_t frame) {
    return frame >= speech.first_frame && frame < end_of(speech) &&
           speech.probability[static_cast<std::size_t>(frame - speech.first_frame)] >
               kSpeechProbability;
}

std::int64_t speech_frames(const sync::Speech& speech, std::int64_t from, std::int64_t to) {
    std::int64_t count = 0;
    for (std::int64_t i = std::max(from, speech.first_frame); i < std::min(to, end_of(speech)); ++i)
        count += is_speech(speech, i) ? 1 : 0;
    return count;
}

std::vector<Interval> speech_intervals(const sync::Speech& speech) {
    std::vector<Interval> found;
    for (std::int64_t i = speech.first_frame; i < end_of(speech); ++i) {
        if (!is_speech(speech, i)) continue;
        if (!found.empty() && i - found.back().to < kBreathFrames)
            found.back().to = i + 1;
        else
            found.push_back({.from = i, .to = i + 1});
    }
    std::erase_if(found, [](const Interval& i) { return i.to - i.from < kClickFrames; });
    return found;
}

}  // namespace syncnet::pipeline
