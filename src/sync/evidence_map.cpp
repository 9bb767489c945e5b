#include "sync/evidence_map.h"

#include <algorithm>
#include <numeric>

namespace syncnet::sync {
namespace {

std::int64_t floor_step(std::int64_t frame) {
    return frame >= 0 ? frame / kStepFrames : -((-frame + kStepFrames - 1) / kStepFrames);
}

}  // namespace

EvidenceMap::EvidenceMap(const Embeddings& lips, const Embeddings& audio,
                         const FrameWeights& lip_weights, const FrameWeights& audio_weights,
                         const DistanceScale& scale, int reach)
    : reach_(reach), first_step_(floor_step(lips.first_frame)) {
    if (lips.count() == 0) return;
    cells_.resize(static_cast<std::size_t>(floor_step(lips.end_frame() - 1) + 1 - first_step_) *
                  shifts());
    std::vector<float> heard(static_cast<std::size_t>(audio.count()));
    for (std::int64_t j = audio.first_frame; j < audio.end_frame(); ++j)
        heard[static_cast<std::size_t>(j - audio.first_frame)] =
            audio.weight(j) * audio_weights.at(j);

    double distances = 0, weights = 0;
    for (std::int64_t i = lips.first_frame; i < lips.end_frame(); ++i) {
        const float read = lips.weight(i) * lip_weights.at(i);
        if (read <= 0) continue;
        Cell* const row =
            cells_.data() + static_cast<std::size_t>(floor_step(i) - first_step_) * shifts();
        const std::int64_t first = std::max(audio.first_frame, i - reach);
        const std::int64_t end = std::min(audio.end_frame(), i + reach + 1);
        for (std::int64_t j = first; j < end; ++j) {
            const float weight = read * heard[static_cast<std::size_t>(j - audio.first_frame)];
            if (weight <= 0) continue;
            const auto d = static_cast<float>(
                weight * (scale.gain * distance(lips.row(i), audio.row(j)) + scale.shift));
            Cell& cell = row[j - i + reach];
            cell.distance += d;
            cell.weight += weight;
            distances += d;
            weights += weight;
        }
    }
    if (weights > 0) usual_distance_ = distances / weights;
}

std::span<const EvidenceMap::Cell> EvidenceMap::step(std::int64_t step) const {
    if (step < first_step_ || step >= end_step()) return {};
    return std::span(cells_).subspan(static_cast<std::size_t>(step - first_step_) * shifts(),
                                     shifts());
}

SyncCurve EvidenceMap::curve(std::int64_t from, std::int64_t to) const {
    CurveSums sums(reach_);
    for (std::int64_t t = std::max(from, first_step_); t < std::min(to, end_step()); ++t)
        sums.add(step(t));
    return sums.curve();
}

CurveSums::CurveSums(int reach)
    : reach_(reach),
      distance_(2 * static_cast<std::size_t>(reach) + 1),
      weight_(distance_.size()) {}

void CurveSums::add(std::span<const EvidenceMap::Cell> step, std::int64_t moved) {
    const std::int64_t first = std::max<std::int64_t>(0, -moved);
    const std::int64_t end = std::min(std::ssize(distance_), std::ssize(step) - moved);
    for (std::int64_t s = first; s < end; ++s) {
        const EvidenceMap::Cell& cell = step[static_cast<std::size_t>(s + moved)];
        distance_[static_cast<std::size_t>(s)] += static_cast<double>(cell.distance);
        weight_[static_cast<std::size_t>(s)] += static_cast<double>(cell.weight);
    }
}

SyncCurve CurveSums::curve(double least_weight) const {
    SyncCurve curve(reach_);
    const double weights = std::accumulate(weight_.begin(), weight_.end(), 0.0);
    const double usual =
        weights > 0 ? std::accumulate(distance_.begin(), distance_.end(), 0.0) / weights : 0;
    for (std::size_t s = 0; s < curve.shifts(); ++s) {
        curve.weight[s] = weight_[s];
        if (weight_[s] >= least_weight)
            curve.mean_distance[s] =
                (distance_[s] + kPriorPairs * usual) / (weight_[s] + kPriorPairs);
    }
    return curve;
}

}  // namespace syncnet::sync
