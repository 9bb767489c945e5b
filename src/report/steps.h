// Where the measured offset changes at once. A file of few parts looks like a drift as a whole: a
// line fits two steps, too. By the offset over time they are told apart.
#pragma once

#include <span>
#include <vector>

#include "report/offsets.h"

namespace syncnet::report {

struct Step {
    std::int64_t frame = 0;  // the first with the new offset
    double from_ms = 0, to_ms = 0;

    bool operator==(const Step&) const = default;
};

// The jumps that the analysis found, of two frames at least, and those between two offsets that
// last, which no drift explains. In the order of time.
std::vector<Step> steps(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets);

// The audio runs fast or slow between its steps, too.
bool drifts(const pipeline::Analysis& analysis, std::span<const OffsetPoint> offsets);

}  // namespace syncnet::report
