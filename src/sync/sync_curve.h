// The sync curve: how far lips and sound are apart at each offset, and what is read from it.
//
// As in "Out of time: automated lip sync in the wild" (Chung & Zisserman, 2016) and its published
// code: confidence = median - minimum of the mean distances, offset = -shift of the minimum.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "sync/embeddings.h"

namespace syncnet::sync {

inline constexpr int kMaxOffset = 15;  // frames of 40 ms, both ways
inline constexpr std::size_t kShifts = 2 * kMaxOffset + 1;
inline constexpr std::int64_t kMinPairs = 5;  // fewer make no mean
// Counted into every mean, at the mean distance of all shifts: at the far shifts of a short clip
// few pairs are left, whose plain mean is often the least by chance.
inline constexpr double kPriorPairs = 10;

// Embedding distances lie in 0..2. People know distances and confidences on the scale of the
// published SyncNet; this affine map takes one to the other (docs/model-card.md).
struct DistanceScale {
    double gain = 1;
    double shift = 0;
};

// Index s: lips of frame i against the sound of frame i + s - kMaxOffset.
struct SyncCurve {
    std::array<double, kShifts> mean_distance{};  // NaN where there were fewer than kMinPairs
    std::array<std::int64_t, kShifts> pairs{};
    std::array<double, kShifts> weight{};  // of those pairs: lips' reliability * sound's
};

struct SyncResult {
    int offset_frames = 0;  // > 0: the audio leads (its match lies earlier than the picture)
    // The same between frames, from a parabola through the minimum and its neighbours.
    double fine_offset_frames = 0;
    double confidence = 0;
    double min_dist = 0;
    std::int64_t pairs = 0;  // of the shift that has most of them
    // The weight of the shift that has most of it: pairs, each counted as far as it is to be relied
    // on. How much there was to measure by.
    double evidence = 0;
};

// Distances are means weighed by reliability. Lip frames in [from, to) only; frames without an
// embedding are passed over.
SyncCurve sync_curve(const Embeddings& lips, const Embeddings& sound, const DistanceScale& scale,
                     std::int64_t from = INT64_MIN, std::int64_t to = INT64_MAX);

// The published way, number for number (calc_pdist and evaluate of the reference): rows are lip
// frames first_frame .. first_frame + count - 1, columns shifts; sound outside of those frames is
// a vector of zeros.
using DistanceMatrix = std::vector<std::array<float, kShifts>>;
DistanceMatrix published_distances(const Embeddings& lips, const Embeddings& sound,
                                   std::int64_t count);
SyncCurve published_curve(const DistanceMatrix& distances);

// For every lip frame: median of the curve - its distance at the measured offset, through a 9-tap
// median filter with zeros beyond the ends.
std::vector<float> framewise_confidence(const DistanceMatrix& distances, const SyncResult& result);

// Nothing where no shift had enough pairs.
std::optional<SyncResult> read_curve(const SyncCurve& curve);

}  // namespace syncnet::sync
