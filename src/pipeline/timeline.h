// One reading over time: the offset in short windows, where it changes, where speech is and who
// speaks.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "media/time_code.h"
#include "pipeline/face_evidence.h"
#include "pipeline/reading.h"
#include "pipeline/speech.h"
#include "sync/sync_curve.h"

namespace syncnet::pipeline {

struct Window {
    Interval frames;
    std::optional<sync::SyncResult> result;
    double speech_share = 0;  // 0..1
    double fit = 0;           // 0..1: how likely the voice belongs to the lips, at whichever offset
    // Enough speech and enough lips to measure by. Without, the numbers mean nothing.
    bool enough_speech = false, enough_lips = false;
    bool evidence() const { return enough_speech && enough_lips; }
};

// A part of a track with one offset, as the file's voice has it (score/voice.h).
struct OffsetRun {
    Interval frames;
    sync::SyncResult result;
};

struct TrackTimeline {
    int id = 0;
    std::vector<Window> windows;
    std::vector<OffsetRun> offsets;  // none without evidence
    bool changes = false;            // the voice drifts or jumps
};

struct Speaking {
    Interval frames;
    std::optional<int> track;  // nothing: the voice belongs to none of the faces
};

struct Timeline {
    TimelineOptions options;
    std::vector<TrackTimeline> tracks;  // in the order of the reading's
    std::vector<Interval> speech;
    std::vector<Speaking> speakers;

    // The window of the track whose middle is nearest; null: the track has none.
    const Window* window_at(const TrackTimeline& track, std::int64_t frame) const;
};

// Windows are whole steps of 0.2 s. `faces` are those that `voice` was found for.
Timeline timeline(const Reading& reading, std::span<const FaceEvidence> faces,
                  const score::Voice& voice, const ScoringModel& scoring,
                  const TimelineOptions& options);

// docs/cli.md tells each field. `tracks`: how many of them, from the first.
nlohmann::json to_json(const Timeline& timeline, std::size_t tracks, const media::TimeCodes& times);

}  // namespace syncnet::pipeline
