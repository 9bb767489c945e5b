#include "sync/offset_segments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syncnet::sync {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

using Costs = std::array<double, kShifts>;

// How much worse each shift is than the window's own best.
Costs costs_of(const SyncCurve& curve, double most) {
    double least = kNever;
    for (const double d : curve.mean_distance)
        if (d < least) least = d;  // false for NaN
    Costs costs;
    costs.fill(most);
    for (std::size_t s = 0; s < kShifts; ++s)
        if (!std::isnan(curve.mean_distance[s]))
            costs[s] = std::min(most, curve.mean_distance[s] - least);
    return costs;
}

// The best way to split the windows before `end`: its last segment and what it costs in all.
struct Best {
    double cost = kNever;
    std::size_t begin = 0, shift = 0;
};

}  // namespace

std::vector<OffsetSegment> offset_segments(std::span<const SyncCurve> windows,
                                           const SegmentOptions& options) {
    const std::size_t count = windows.size();
    if (count == 0) return {};
    const std::size_t shortest = std::clamp<std::size_t>(options.min_windows, 1, count);

    std::vector<Costs> sums(count + 1);  // of the windows before
    for (std::size_t i = 0; i < count; ++i) {
        const Costs costs = costs_of(windows[i], options.window_cost);
        for (std::size_t s = 0; s < kShifts; ++s) sums[i + 1][s] = sums[i][s] + costs[s];
    }

    std::vector<Best> best(count + 1);
    best[0].cost = -options.change_cost;  // the first segment is no change
    // By shift: where a segment of it begins best, and what that comes to without its own windows.
    std::array<Best, kShifts> open;
    for (std::size_t end = shortest; end <= count; ++end) {
        const std::size_t begin = end - shortest;
        for (std::size_t s = 0; s < kShifts; ++s) {
            const double before = best[begin].cost - sums[begin][s];
            if (before < open[s].cost) open[s] = {.cost = before, .begin = begin, .shift = s};
            const double cost = open[s].cost + sums[end][s] + options.change_cost;
            if (cost < best[end].cost)
                best[end] = {.cost = cost, .begin = open[s].begin, .shift = s};
        }
    }

    std::vector<OffsetSegment> segments;
    for (std::size_t end = count; end > 0; end = best[end].begin)
        segments.push_back({.first = best[end].begin,
                            .count = end - best[end].begin,
                            .offset_frames = kMaxOffset - static_cast<int>(best[end].shift)});
    std::ranges::reverse(segments);
    return segments;
}

}  // namespace syncnet::sync
