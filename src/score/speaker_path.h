// Which face speaks at which time: the one that the audio fits best, step after step, at the
// offset at which the file as a whole fits best.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "score/voice.h"

namespace syncnet::score {

// What cells of so much advantage and weight say for a match, in nats; the advantage of a match
// needn't be the usual one, so it is the likelihood ratio of the best one.
double support(double advantage, double weight, const PairStatistics& pairs);

class SpeakerPath {
  public:
    // Keeps pointers to the maps.
    SpeakerPath(std::span<const Face> faces, const PairStatistics& pairs, int max_offset);

    int reach() const { return reach_; }
    int max_offset() const { return max_offset_; }
    // Beyond max_offset where it fits best out there; nothing where there is no evidence at all.
    std::optional<int> offset() const { return offset_; }
    // How much nearer than usual the pairs at that offset are, in the mean: of the face that fits
    // best over a second or more. Others may not fit at all.
    double advantage() const { return advantage_; }
    int faces_at_once() const { return faces_at_once_; }

    std::int64_t first_step() const { return first_step_; }
    std::int64_t end_step() const { return first_step_ + std::ssize(chosen_); }
    // The cells of the face that speaks; none where no face is evidence.
    std::span<const sync::EvidenceMap::Cell> step(std::int64_t t) const;
    double usual_distance(std::int64_t t) const;
    std::optional<int> face(std::int64_t t) const;  // its id

  private:
    static constexpr int kNobody = -1;

    struct Walk;
    Walk walk(int offset, bool keep) const;
    double best_advantage() const;

    std::vector<Face> faces_;
    PairStatistics pairs_;
    int reach_ = 0, max_offset_ = 0, faces_at_once_ = 0;
    std::int64_t first_step_ = 0;
    std::vector<std::vector<int>> active_;  // by step: indices of faces that are evidence
    std::vector<int> chosen_;               // by step: index of a face
    std::optional<int> offset_;
    double advantage_ = 0;
};

}  // namespace syncnet::score
