// Audio that runs fast or slow against its video: a line instead of one offset.
#pragma once

#include "score/speaker_path.h"

namespace syncnet::score {

struct OffsetLine {
    double offset = 0;    // frames, at `middle`
    double per_step = 0;  // frames
    double middle = 0;    // step

    double change(std::int64_t step) const {
        return per_step * (static_cast<double>(step) + 0.5 - middle);
    }
    double change_at_frame(std::int64_t frame) const {
        return per_step * (static_cast<double>(frame) / sync::kStepFrames - middle);
    }
};

struct SteadyDrift {
    OffsetLine line;             // one offset where there is no significant drift
    std::optional<Drift> drift;  // nothing where there is too little to tell
};

// Up to 5 %; the path has an offset.
SteadyDrift find_drift(const SpeakerPath& path, const PairStatistics& pairs);

}  // namespace syncnet::score
