#include "sync/sync_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace syncnet::sync {
namespace {

// Unit vectors: |a - b|^2 = 2 - 2 a.b
double distance(std::span<const float> a, std::span<const float> b) {
    const float dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
    return std::sqrt(std::max(0.0F, 2.0F - 2.0F * dot));
}

}  // namespace

SyncCurve sync_curve(const Embeddings& lips, const Embeddings& sound, const DistanceScale& scale,
                     std::int64_t from, std::int64_t to) {
    SyncCurve curve;
    std::array<double, kShifts> sums{};
    double all_distances = 0;
    std::int64_t all_pairs = 0;
    for (std::size_t s = 0; s < kShifts; ++s) {
        const std::int64_t shift = static_cast<std::int64_t>(s) - kMaxOffset;
        const std::int64_t first = std::max({from, lips.first_frame, sound.first_frame - shift});
        const std::int64_t end = std::min({to, lips.end_frame(), sound.end_frame() - shift});
        for (std::int64_t i = first; i < end; ++i)
            sums[s] += distance(lips.row(i), sound.row(i + shift));
        curve.pairs[s] = std::max<std::int64_t>(0, end - first);
        all_distances += sums[s];
        all_pairs += curve.pairs[s];
    }
    const double usual = all_pairs > 0 ? all_distances / static_cast<double>(all_pairs) : 0;
    for (std::size_t s = 0; s < kShifts; ++s)
        curve.mean_distance[s] = curve.pairs[s] < kMinPairs
                                     ? std::numeric_limits<double>::quiet_NaN()
                                     : scale.gain * (sums[s] + kPriorPairs * usual) /
                                               (static_cast<double>(curve.pairs[s]) + kPriorPairs) +
                                           scale.shift;
    return curve;
}

std::optional<SyncResult> read_curve(const SyncCurve& curve) {
    std::vector<double> known;
    std::ranges::copy_if(curve.mean_distance, std::back_inserter(known),
                         [](double d) { return !std::isnan(d); });
    if (known.empty()) return std::nullopt;

    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < kShifts; ++s)
        if (curve.mean_distance[s] < least) {  // false for NaN
            least = curve.mean_distance[s];
            best = s;
        }

    std::ranges::sort(known);
    const std::size_t half = known.size() / 2;
    const double median = known.size() % 2 == 1 ? known[half] : (known[half - 1] + known[half]) / 2;

    double fine = 0;
    if (best > 0 && best + 1 < kShifts) {
        const double before = curve.mean_distance[best - 1];
        const double after = curve.mean_distance[best + 1];
        const double bend = before - 2 * least + after;
        if (bend > 0) fine = std::clamp((before - after) / (2 * bend), -0.5, 0.5);
    }
    const int offset = kMaxOffset - static_cast<int>(best);
    return SyncResult{.offset_frames = offset,
                      .fine_offset_frames = offset - fine,
                      .confidence = median - least,
                      .min_dist = least,
                      .pairs = *std::ranges::max_element(curve.pairs)};
}

}  // namespace syncnet::sync
