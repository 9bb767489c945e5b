// The places of a video that somebody should look at, typed, in words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/time_code.h"
#include "report/offsets.h"
#include "report/standards.h"

namespace syncnet::report {

enum class MarkerKind {
    leaves_limit,    // surely outside, from here to its end
    reenters_limit,  // back inside: a moment
    near_limit,      // too near to the limit to tell on which side
    jump,            // the offset changes at once: a moment
    drift,           // the audio runs fast or slow
    voice_mismatch,  // speech with a readable mouth, and it fits at no offset
    lips_unseen,     // speech, but no lips to compare it with: for information
};

struct MarkerKindInfo {
    MarkerKind kind;
    std::string_view code;    // "leaves_limit": in files; stable
    std::string_view title;   // for people
    std::string_view colour;  // of an editor's marker: "RED", "YELLOW", "GREEN", "BLUE"
};
const MarkerKindInfo& info(MarkerKind kind);

struct Marker {
    MarkerKind kind;
    Interval frames;                  // at least one
    std::optional<LimitId> limit;     // of the first three kinds
    std::optional<double> offset_ms;  // the worst one there; > 0: the audio leads
    std::string text;                 // one sentence or two

    std::int64_t middle() const { return (frames.from + frames.to) / 2; }
};

// In the order of time. Limits are those that the standard requires. The analysis was made with a
// timeline; `offsets` are its own.
std::vector<Marker> find_markers(const pipeline::Analysis& analysis,
                                 std::span<const OffsetPoint> offsets, Standard standard);

}  // namespace syncnet::report
