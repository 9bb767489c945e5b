#include "pipeline/speech.h"

#include <algorithm>
#include <cmath>

namespace syncnet::pipeline {
namespace {

constexpr float kSpeechProbability = 0.5F;
constexpr std::int64_t kBreathFrames = 8;
constexpr std::int64_t kClickFrames = 3;
constexpr std::size_t kMelPerFrame = 4;

std::int64_t end_of(const sync::Speech& speech) {
    return speech.first_frame + static_cast<std::int64_t>(speech.probability.size());
}

// Of each frame: the loudest one around it.
std::vector<float> loudest_around(std::span<const float> levels) {
    const std::int64_t count = std::ssize(levels);
    std::vector<float> around(levels.size());
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t from = std::max<std::int64_t>(0, i - kLoudestWithin);
        const std::int64_t to = std::min(count, i + kLoudestWithin + 1);
        around[static_cast<std::size_t>(i)] =
            *std::max_element(levels.begin() + from, levels.begin() + to);
    }
    return around;
}

}  // namespace

std::vector<float> frame_levels(std::span<const audio::MelFrame> log_mel) {
    std::vector<float> levels;
    for (; log_mel.size() >= kMelPerFrame; log_mel = log_mel.subspan(kMelPerFrame)) {
        double power = 0;
        for (const audio::MelFrame& frame : log_mel.first(kMelPerFrame))
            for (const float band : frame) power += std::exp(band);
        levels.push_back(static_cast<float>(10 * std::log10(power / kMelPerFrame)));
    }
    return levels;
}

sync::Speech without_far_voices(sync::Speech speech, std::span<const float> levels) {
    const std::vector<float> around = loudest_around(levels);
    const std::int64_t end = std::min<std::int64_t>(end_of(speech), std::ssize(around));
    std::vector<float> voices;
    for (std::int64_t i = speech.first_frame; i < end; ++i)
        if (is_speech(speech, i)) voices.push_back(around[static_cast<std::size_t>(i)]);
    if (voices.empty()) return speech;
    const auto nearest = voices.begin() + static_cast<std::ptrdiff_t>(
                                              kNearShare * static_cast<double>(voices.size() - 1));
    std::ranges::nth_element(voices, nearest);
    for (std::int64_t i = speech.first_frame; i < end; ++i)
        if (around[static_cast<std::size_t>(i)] < *nearest - kFarDecibels)
            speech.probability[static_cast<std::size_t>(i - speech.first_frame)] = 0;
    return speech;
}

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
