// Cases that need nothing but one reading of the clip: its embeddings, cut, moved and swapped.
#pragma once

#include <array>

#include "evaluate/case.h"
#include "evaluate/donors.h"
#include "evaluate/groups.h"
#include "pipeline/analyzer.h"

namespace syncnet::evaluate {

inline constexpr std::array kWindowLengths{5, 10, 15, 20, 25, 50, 75};  // lip embeddings
inline constexpr std::size_t kMaxWindows = 12;  // of one length in a clip, evenly spread
inline constexpr int kMinShift = 5, kMaxShift = sync::kPublishedReach;  // frames, both ways
// A clip that was cut without care is off by a few frames; one that measures more than this was
// not understood, and its own offset is no zero.
inline constexpr int kMaxOwnOffset = 5;

struct Judge {
    const pipeline::Analyzer* analyzer = nullptr;
    pipeline::Request request;
    pipeline::Analysis operator()(const pipeline::Reading& reading) const {
        return analyzer->judge(reading, request);
    }
};

// What the offset of this clip ought to be: the manifest's, else its own where that is small, else
// 0. Sets `zero` and `zero_known` of the record; negatives without a known offset have none.
void find_zero(const Clip& clip, const pipeline::Analysis& whole, ClipRecord& record);

// A clip, read, and where its speech is.
struct ReadClip {
    const Clip* clip = nullptr;
    pipeline::Reading reading;
    std::optional<Interval> speech;
};

// Adds to record.cases: the clip as it is, and for genuine ones what `groups` want.
void add_embedding_cases(const ReadClip& read, const Judge& judge, Donors& donors,
                         const Groups& groups, ClipRecord& record);

}  // namespace syncnet::evaluate
