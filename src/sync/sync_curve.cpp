#include "sync/sync_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace syncnet::sync {
namespace {

// ||a - b + epsilon||, as PyTorch's pairwise_distance with its default epsilon. Many sums side by
// side, because one alone can't be vectorised.
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

}  // namespace

SyncCurve sync_curve(const Embeddings& lips, const Embeddings& sound, const DistanceScale& scale,
                     std::int64_t from, std::int64_t to) {
    SyncCurve curve;
    std::array<double, kShifts> sums{};
    double all_distances = 0;
    double all_weights = 0;
    for (std::size_t s = 0; s < kShifts; ++s) {
        const std::int64_t shift = static_cast<std::int64_t>(s) - kMaxOffset;
        const std::int64_t first = std::max({from, lips.first_frame, sound.first_frame - shift});
        const std::int64_t end = std::min({to, lips.end_frame(), sound.end_frame() - shift});
        for (std::int64_t i = first; i < end; ++i) {
            const double weight =
                static_cast<double>(lips.weight(i)) * static_cast<double>(sound.weight(i + shift));
            sums[s] += weight * distance(lips.row(i), sound.row(i + shift));
            curve.weight[s] += weight;
        }
        curve.pairs[s] = std::max<std::int64_t>(0, end - first);
        all_distances += sums[s];
        all_weights += curve.weight[s];
    }
    const double usual = all_weights > 0 ? all_distances / all_weights : 0;
    for (std::size_t s = 0; s < kShifts; ++s)
        curve.mean_distance[s] =
            curve.pairs[s] < kMinPairs
                ? std::numeric_limits<double>::quiet_NaN()
                : scale.gain * (sums[s] + kPriorPairs * usual) / (curve.weight[s] + kPriorPairs) +
                      scale.shift;
    return curve;
}

DistanceMatrix published_distances(const Embeddings& lips, const Embeddings& sound,
                                   std::int64_t count) {
    DistanceMatrix matrix;
    matrix.reserve(static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
    const std::vector<float> nothing(lips.dimensions, 0.0F);
    const std::int64_t first = lips.first_frame;
    for (std::int64_t i = first; i < first + count; ++i) {
        std::array<float, kShifts>& row = matrix.emplace_back();
        for (std::size_t s = 0; s < kShifts; ++s) {
            const std::int64_t heard = i + static_cast<std::int64_t>(s) - kMaxOffset;
            const bool inside = heard >= first && heard < first + count &&
                                heard >= sound.first_frame && heard < sound.end_frame();
            row[s] = static_cast<float>(
                distance(lips.row(i), inside ? sound.row(heard) : std::span<const float>(nothing)));
        }
    }
    return matrix;
}

SyncCurve published_curve(const DistanceMatrix& distances) {
    SyncCurve curve;
    for (std::size_t s = 0; s < kShifts; ++s) {
        double sum = 0;
        for (const auto& row : distances) sum += row[s];
        curve.pairs[s] = static_cast<std::int64_t>(distances.size());
        curve.weight[s] = static_cast<double>(distances.size());
        curve.mean_distance[s] = distances.empty() ? std::numeric_limits<double>::quiet_NaN()
                                                   : sum / static_cast<double>(distances.size());
    }
    return curve;
}

std::vector<float> framewise_confidence(const DistanceMatrix& distances, const SyncResult& result) {
    constexpr std::ptrdiff_t kReach = 4;  // 9 taps
    const auto shift = static_cast<std::size_t>(kMaxOffset - result.offset_frames);
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
                      .pairs = *std::ranges::max_element(curve.pairs),
                      .evidence = *std::ranges::max_element(curve.weight)};
}

}  // namespace syncnet::sync
