// What each face of a reading is evidence of: its map against the audio, and when it was seen,
// could be read, and its mouth moved.
#pragma once

#include <vector>

#include "base/interval.h"
#include "pipeline/reading.h"
#include "pipeline/speech.h"
#include "score/verdict.h"
#include "sync/evidence_map.h"

namespace syncnet::pipeline {

struct FaceEvidence {
    int id = 0;
    sync::EvidenceMap map;
    sync::FrameWeights readable;  // 0 or 1 a frame
    sync::FrameWeights moving;    // the same; 1 everywhere where the model can't tell
    Interval seen;
};

// `reach`: frames, both ways.
FaceEvidence face_evidence(const ReadTrack& track, const Reading& reading,
                           const ScoringModel& scoring, int reach);

// Of these faces together, and of the reading as a whole.
score::Evidence evidence_of(std::span<const FaceEvidence> faces, const Reading& reading);

// Where the mouth could be read. In the order of time.
std::vector<Interval> read_intervals(const FaceEvidence& face);

}  // namespace syncnet::pipeline
