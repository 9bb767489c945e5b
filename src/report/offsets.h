// The offset over time, as far as it is known: what is judged against the standards.
#pragma once

#include <vector>

#include "base/interval.h"
#include "pipeline/analysis.h"

namespace syncnet::report {

struct OffsetPoint {
    Interval frames;       // that it stands for
    double offset_ms = 0;  // > 0: the audio leads
    int face = 0;          // whose lips said so

    bool operator==(const OffsetPoint&) const = default;
};

// Whether the voice belongs to the lips at all: where it doesn't, or nobody can tell, whatever fits
// best is chance and no offset.
bool has_offset(const pipeline::Analysis& analysis);

// In the order of time; gaps are where nothing was compared, or where it did not match. Each is the
// median of three neighbouring windows of who speaks, finer than a frame; where a passage is
// shorter than that, the passage's own, to a frame. Empty without an offset. The analysis was made
// with a timeline.
std::vector<OffsetPoint> offsets_over_time(const pipeline::Analysis& analysis);

}  // namespace syncnet::report
