// The sync curve: how far lips and audio are apart at each offset, and what is read from it.
//
// As in "Out of time: automated lip sync in the wild" (Chung & Zisserman, 2016) and its published
// code: confidence = median - minimum of the mean distances, offset = -shift of the minimum.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sync/embeddings.h"

namespace syncnet::sync {

// The published search: frames of 40 ms, both ways. `confidence` is a median over so many frames on
// either side of the minimum, however far is searched.
inline constexpr int kPublishedReach = 15;
inline constexpr std::size_t kPublishedShifts = 2 * kPublishedReach + 1;
inline constexpr double kMinWeight = 5;  // of pairs; less makes no mean
// Counted into every mean, at the mean distance of all shifts: at the far shifts of a short clip
// few pairs are left, whose plain mean is often the least by chance.
inline constexpr double kPriorPairs = 10;

// Embedding distances lie in 0..2. People know distances and confidences on the scale of the
// published SyncNet; this affine map takes one to the other (docs/model-card.md).
struct DistanceScale {
    double gain = 1;
    double shift = 0;
};

// ||a - b + epsilon||, as PyTorch's pairwise_distance with its default epsilon.
double distance(std::span<const float> a, std::span<const float> b);

// Index s: lips of frame i against the audio of frame i + s - reach.
struct SyncCurve {
    SyncCurve() = default;
    explicit SyncCurve(int frames);

    int reach = 0;                      // frames, both ways
    std::vector<double> mean_distance;  // NaN where there was less than kMinWeight
    std::vector<double> weight;         // of the pairs: each counts as far as it is evidence

    std::size_t shifts() const { return mean_distance.size(); }
    int offset_of(std::size_t shift) const { return reach - static_cast<int>(shift); }
    bool has(int offset) const { return -reach <= offset && offset <= reach; }
    std::size_t shift_of(int offset) const { return static_cast<std::size_t>(reach - offset); }
};

struct SyncResult {
    int offset_frames = 0;  // > 0: the audio leads (its match lies earlier than the video)
    // The same between frames, from a parabola through the minimum and its neighbours.
    double fine_offset_frames = 0;
    double confidence = 0;
    double min_dist = 0;
    // The weight of the pairs at that offset, in frames: how much there was to measure by.
    double evidence = 0;
};

// The published way, number for number (calc_pdist and evaluate of the reference): rows are lip
// frames first_frame .. first_frame + count - 1, columns shifts; audio outside of those frames is
// a vector of zeros.
using DistanceMatrix = std::vector<std::array<float, kPublishedShifts>>;
DistanceMatrix published_distances(const Embeddings& lips, const Embeddings& audio,
                                   std::int64_t count);
SyncCurve published_curve(const DistanceMatrix& distances);

// For every lip frame: median of the curve - its distance at the measured offset, through a 9-tap
// median filter with zeros beyond the ends.
std::vector<float> framewise_confidence(const DistanceMatrix& distances, const SyncResult& result);

// At the minimum of the curve. Nothing where no shift had enough pairs.
std::optional<SyncResult> read_curve(const SyncCurve& curve);
// At this offset, wherever the minimum is. Nothing where it had too few pairs.
std::optional<SyncResult> read_curve_at(const SyncCurve& curve, int offset);

}  // namespace syncnet::sync
