#include "sync/sync_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace syncnet::sync {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// Many sums side by side, because one alone can't be vectorised.
double distance(std::span<const float> a, std::span<const float> b) {
    constexpr std::size_t kLanes = 16;
    constexpr float kEpsilon = 1e-6F;
    std::array<float, kLanes> sums{};
    std::size_t i = 0;
    for (; i + kLanes <= a.size(); i += kLanes)
        for (std::size_t k = 0; k < kLanes; ++k) {
            const float d = a[i + k] - b[i + k] + kEpsilon;
            sums[k] += d * d;
        }
    for (; i < a.size(); ++i) {
        const float d = a[i] - b[i] + kEpsilon;
        sums[0] += d * d;
    }
    return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

SyncCurve::SyncCurve(int frames)
    : reach(frames),
      mean_distance(2 * static_cast<std::size_t>(frames) + 1, kUnknown),
      weight(mean_distance.size(), 0.0) {}

DistanceMatrix published_distances(const Embeddings& lips, const Embeddings& audio,
                                   std::int64_t count) {
    DistanceMatrix matrix;
    matrix.reserve(static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
    const std::vector<float> nothing(lips.dimensions, 0.0F);
    const std::int64_t first = lips.first_frame;
    for (std::int64_t i = first; i < first + count; ++i) {
        std::array<float, kPublishedShifts>& row = matrix.emplace_back();
        for (std::size_t s = 0; s < kPublishedShifts; ++s) {
            const std::int64_t heard = i + static_cast<std::int64_t>(s) - kPublishedReach;
            const bool inside = heard >= first && heard < first + count &&
                                heard >= audio.first_frame && heard < audio.end_frame();
            row[s] = static_cast<float>(
                distance(lips.row(i), inside ? audio.row(heard) : std::span<const float>(nothing)));
        }
    }
    return matrix;
}

SyncCurve published_curve(const DistanceMatrix& distances) {
    SyncCurve curve(kPublishedReach);
    for (std::size_t s = 0; s < kPublishedShifts; ++s) {
        double sum = 0;
        for (const auto& row : distances) sum += row[s];
        curve.weight[s] = static_cast<double>(distances.size());
        curve.mean_distance[s] = distances.empty() ? std::numeric_limits<double>::quiet_NaN()
                                                   : sum / static_cast<double>(distances.size());
    }
    return curve;
}

std::vector<float> framewise_confidence(const DistanceMatrix& distances, const SyncResult& result) {
    constexpr std::ptrdiff_t kReach = 4;  // 9 taps
    const auto shift = static_cast<std::size_t>(kPublishedReach - result.offset_frames);
    const double median = result.confidence + result.min_dist;
    const auto count = static_cast<std::ptrdiff_t>(distances.size());
    std::vector<float> smooth;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        std::array<float, 2 * kReach + 1> near{};  // zero beyond the ends
        for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(0, i - kReach);
             k <= std::min(count - 1, i + kReach); ++k)
            near[static_cast<std::size_t>(k - i + kReach)] =
                static_cast<float>(median) - distances[static_cast<std::size_t>(k)][shift];
        std::ranges::nth_element(near, near.begin() + kReach);
        smooth.push_back(near[kReach]);
    }
    return smooth;
}

std::optional<SyncResult> read_curve(const SyncCurve& curve) {
    std::optional<std::size_t> best;
    for (std::size_t s = 0; s < curve.shifts(); ++s)
        if (!std::isnan(curve.mean_distance[s]) &&
            (!best || curve.mean_distance[s] < curve.mean_distance[*best]))
            best = s;
    return best ? read_curve_at(curve, curve.offset_of(*best)) : std::nullopt;
}

std::optional<SyncResult> read_curve_at(const SyncCurve& curve, int offset) {
    if (!curve.has(offset)) return std::nullopt;
    const std::size_t at = curve.shift_of(offset);
    const double least = curve.mean_distance[at];
    if (std::isnan(least)) return std::nullopt;

    // What is searched beyond changes nothing: the published range, moved to the minimum; near the
    // end of a wider search it is moved back inside.
    const std::size_t last = curve.shifts() - 1;
    const std::size_t count = std::min<std::size_t>(kPublishedShifts, curve.shifts());
    const std::size_t first =
        std::min(at > kPublishedReach ? at - kPublishedReach : 0, last + 1 - count);
    std::vector<double> known;
    known.reserve(count);
    for (std::size_t s = first; s < first + count; ++s)
        if (!std::isnan(curve.mean_distance[s])) known.push_back(curve.mean_distance[s]);
    std::ranges::sort(known);
    const std::size_t half = known.size() / 2;
    const double median = known.size() % 2 == 1 ? known[half] : (known[half - 1] + known[half]) / 2;

    double fine = 0;
    if (at > 0 && at < last) {
        const double before = curve.mean_distance[at - 1];
        const double after = curve.mean_distance[at + 1];
        const double bend = before - 2 * least + after;
        if (bend > 0) fine = std::clamp((before - after) / (2 * bend), -0.5, 0.5);
    }
    return SyncResult{.offset_frames = offset,
                      .fine_offset_frames = offset - fine,
                      .confidence = median - least,
                      .min_dist = least,
                      .evidence = curve.weight[at]};
}

}  // namespace syncnet::sync
