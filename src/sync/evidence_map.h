// What one face says of the audio, step after step and offset by offset: the one thing that every
// answer over time is read from.
//
// Only pairs of speech and a readable mouth are evidence: a pair weighs as much as both embeddings
// are to be relied on, speech is heard and the mouth can be read. Whatever is missing lowers the
// weight, never the distance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sync/embeddings.h"
#include "sync/sync_curve.h"

namespace syncnet::sync {

inline constexpr std::int64_t kStepFrames = 5;  // 0.2 s

// How far each frame counts, 0..1.
struct FrameWeights {
    std::int64_t first_frame = 0;
    std::vector<float> values;
    float elsewhere = 0;  // before the first and after the last

    float at(std::int64_t frame) const {
        const std::int64_t i = frame - first_frame;
        return i < 0 || i >= std::ssize(values) ? elsewhere : values[static_cast<std::size_t>(i)];
    }
};

class EvidenceMap {
  public:
    // Sums over the pairs of one step at one shift.
    struct Cell {
        float distance = 0;  // weighed
        float weight = 0;
    };

    // Offsets of -reach .. reach frames. `lip_weights` counts by lip frames, `audio_weights` by
    // frames of the audio, beside what the embeddings say of their own reliability.
    EvidenceMap(const Embeddings& lips, const Embeddings& audio, const FrameWeights& lip_weights,
                const FrameWeights& audio_weights, const DistanceScale& scale, int reach);

    int reach() const { return reach_; }
    std::size_t shifts() const { return 2 * static_cast<std::size_t>(reach_) + 1; }
    std::size_t shift_of(int offset) const { return static_cast<std::size_t>(reach_ - offset); }

    // Step t holds the lip frames kStepFrames * t .. of the clip.
    std::int64_t first_step() const { return first_step_; }
    std::int64_t end_step() const {
        return first_step_ + static_cast<std::int64_t>(cells_.size() / shifts());
    }
    // A cell a shift; none outside.
    std::span<const Cell> step(std::int64_t step) const;

    // The mean distance of all pairs, at whatever shift: of lips and audio that have nothing to do
    // with each other. 0 without any.
    double usual_distance() const { return usual_distance_; }

    // Of the steps [from, to).
    SyncCurve curve(std::int64_t from = INT64_MIN, std::int64_t to = INT64_MAX) const;

  private:
    int reach_;
    std::int64_t first_step_ = 0;
    std::vector<Cell> cells_;  // step after step
    double usual_distance_ = 0;
};

// Cells of many steps, shift by shift.
class CurveSums {
  public:
    explicit CurveSums(int reach);

    // The cells of a step whose shifts are `moved` higher than those of the sums.
    void add(std::span<const EvidenceMap::Cell> step, std::int64_t moved = 0);
    // Means, with kPriorPairs at the mean of all sums; none of less than `least_weight`.
    SyncCurve curve(double least_weight = kMinWeight) const;

  private:
    int reach_;
    std::vector<double> distance_, weight_;
};

}  // namespace syncnet::sync
