// Time cut into stretches: where the offset is inside a limit, at it, or outside; where something
// is and something else isn't.
#pragma once

#include <span>
#include <vector>

#include "report/offsets.h"
#include "report/standards.h"

namespace syncnet::report {

struct Stretch {
    Interval frames;
    Place place = Place::inside;
    double first_ms = 0;  // the offset where it begins
    double worst_ms = 0;  // the one with the least room to the limit, or farthest beyond it
};

// Points that say the same, one after the other, on one side of the limit. What is near a limit
// that has been left is still outside, as are up to 2 s of it on the way out: a measurement that
// trembles leaves a limit once. Gaps do not end a stretch.
std::vector<Stretch> stretches(std::span<const OffsetPoint> offsets, const Limit& limit);

// The parts of `all` (in the order of time) in none of `covers` (in any order).
std::vector<Interval> without(std::span<const Interval> all, std::vector<Interval> covers);

}  // namespace syncnet::report
