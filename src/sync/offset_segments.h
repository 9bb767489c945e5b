// Where the offset changes within a clip.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sync/sync_curve.h"

namespace syncnet::sync {

struct OffsetSegment {
    std::size_t first = 0, count = 0;  // of windows
    int offset_frames = 0;
};

struct SegmentOptions {
    // A change must bring the windows nearer by this much in all: in units of distance, as are the
    // curves.
    double change_cost = 6;
    // A window counts at most this much against an offset: one odd window makes no change.
    double window_cost = 3;
    std::size_t min_windows = 3;  // of a segment
};

// Windows in the order of time to the runs of one offset each that fit them best: the least sum of
// distances and costs of changes, found exactly by dynamic programming in time that grows with
// windows times shifts. None without windows; fewer than min_windows are one segment.
std::vector<OffsetSegment> offset_segments(std::span<const SyncCurve> windows,
                                           const SegmentOptions& options = {});

}  // namespace syncnet::sync
