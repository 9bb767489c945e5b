// Whose voice it is, and how it lies against the lips: one answer for the whole file out of what
// its faces say.
//
// A file has one offset, or a rate (its audio runs fast or slow), or jumps. At any time the voice
// may belong to any readable face; a listener's stillness is no mismatch. So the file's offset is
// the one at which some face explains its speech best, and what then nobody explains, though a
// mouth was read, does not match.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/interval.h"
#include "score/calibration.h"
#include "sync/evidence_map.h"

namespace syncnet::score {

struct Face {
    int id = 0;
    const sync::EvidenceMap* map = nullptr;  // not null; all of the same reach
};

// A stretch of the file that one face explains at one offset - or that it doesn't.
struct Passage {
    Interval frames;
    int face = 0;              // id
    double offset_frames = 0;  // in its middle
    bool fits = false;
    double evidence_seconds = 0;
};

struct Jump {
    std::int64_t frame = 0;
    int from = 0, to = 0;  // offsets, frames
};

// How the offset changes steadily: > 0 when the audio gets earlier and earlier (it runs fast).
struct Drift {
    double ms_per_s = 0;
    double error = 0;                        // its standard error, ms/s
    bool significant = false;                // one offset doesn't explain the file
    double offset_frames = 0, at_frame = 0;  // the offset in the file's middle
};

struct Voice {
    // At the file's offset (in its middle where it drifts); nothing without evidence.
    std::optional<sync::SyncResult> result;
    sync::SyncCurve curve;  // of the faces that speak, passages with another offset moved to it
    double fit = 0;         // 0..1: it belongs to these lips, at whichever offset
    double fit_at_any_offset = 0;  // the same, were every offset as likely as any other
    double score = 0;              // as `fit`, and the offset counts against it
    int faces = 0;  // how many could have fitted by accident: at the same time, times candidates
    // The passages that fit, alone: what the rest of the file has to be held against.
    std::optional<sync::SyncResult> fitting;
    double fitting_fit = 0;
    double evidence_seconds = 0, fitting_seconds = 0, mismatched_seconds = 0;
    double compared_seconds = 0;    // evidence at the offset that has most of it
    std::vector<Passage> passages;  // in the order of time; gaps have no evidence
    std::optional<Drift> drift;     // where there is enough to tell
    std::vector<Jump> jumps;
    bool beyond_range = false;  // the best offset lies beyond what was asked to search
};

// Offsets up to `max_offset` frames are searched; the maps reach further, so that an offset at the
// end of the range is told from one beyond it. The calibration has PairStatistics. `candidates`: of
// so many, which could have fitted by accident, this is the one that fits best.
Voice find_voice(std::span<const Face> faces, const Calibration& calibration, int max_offset,
                 int candidates = 1);

// The same voice by another calibration of the same model.
Voice rescored(Voice voice, const Calibration& calibration);

}  // namespace syncnet::score
