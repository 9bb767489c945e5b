#include "pipeline/hearing.h"

#include <algorithm>
#include <utility>

#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

constexpr std::int64_t kMelPerFrame = 4;
// What a frame's embedding and its speech depend on lies within so many frames to either side: 13
// of the network's own (sync/lip_sync.h), and 25 of the mean that audio::normalise takes away.
constexpr std::int64_t kReach = 40;

// `rows` have `width` values each; from row `at` on, those of `newer` take their place.
void splice(std::vector<float>& rows, const std::vector<float>& newer, std::int64_t at,
            std::int64_t skipped, std::size_t width) {
    rows.resize(static_cast<std::size_t>(at) * width);
    rows.insert(rows.end(), newer.begin() + skipped * static_cast<std::int64_t>(width),
                newer.end());
}

}  // namespace

Hearing::Hearing(const ScoringModel& scoring, sync::SyncSession& session,
                 std::function<void()> between)
    : scoring_(scoring), session_(session), between_(std::move(between)), speech_(scoring.speech) {}

Heard Hearing::hear(const sync::AudioFrames& frames) {
    return {.audio = session_.hear(frames, between_),
            .speech = speech_.detect(frames.log_mel, between_)};
}

Heard Hearing::without_far(Heard heard, const sync::AudioFrames& frames) {
    heard.speech = without_far_voices(std::move(heard.speech), frame_levels(frames.log_mel));
    return heard;
}

Heard Hearing::whole(const sync::AudioFrames& frames) {
    return without_far(hear(frames), frames);
}

Heard Hearing::so_far(const sync::AudioFrames& frames) {
    // The last kReach frames were heard without what came behind them; as many before the first
    // new one are what it depends on.
    const std::int64_t kept =
        std::min(known_.audio.end_frame(),
                 known_.speech.first_frame + std::ssize(known_.speech.probability)) -
        kReach;
    const std::int64_t from = kept - kReach;  // the frame that the slice begins with
    if (from <= 0 || scoring_.network->info().hears_mfcc) {
        known_ = hear(frames);
        return without_far(known_, frames);
    }
    const Heard slice =
        hear({.log_mel = frames.log_mel.subspan(static_cast<std::size_t>(from * kMelPerFrame)),
              .mfcc = {}});
    sync::Embeddings& audio = known_.audio;
    const std::int64_t row = kept - audio.first_frame;
    // Both begin with the same frame of what they were given.
    const std::int64_t skipped = row - from;
    splice(audio.values, slice.audio.values, row, skipped, audio.dimensions);
    if (!audio.reliability.empty())
        splice(audio.reliability, slice.audio.reliability, row, skipped, 1);
    const std::int64_t heard = kept - known_.speech.first_frame;
    splice(known_.speech.probability, slice.speech.probability, heard, heard - from, 1);
    return without_far(known_, frames);
}

}  // namespace syncnet::pipeline
