// Score and thresholds fitted to clips that are known to be genuine or not.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "score/verdict.h"

namespace syncnet::score {

struct LabelledResult {
    sync::SyncResult result;
    int faces = 1;  // Voice::faces
    bool genuine = false;
    std::string speaker;  // a speaker's clips are never scored by a fit to others of his
};

// NEXT, a second look, is for the clips between the wanted rate of false accepts and so many times
// it.
inline constexpr double kNextRates = 4;
// The rule of three: so many divided by a rate, none of them wrong, say with 95 % certainty that
// the rate is not higher.
inline constexpr double kRuleOfThree = 3;
inline constexpr int kLeastGenuine = 30, kLeastSpeakers = 5;
inline constexpr int kFolds = 10;

struct Fit {
    Calibration calibration;
    Thresholds thresholds;
    std::vector<double> scores;  // out of fold: of each clip, by a fit to other speakers
};

// The maximum-likelihood weights of score() (logistic regression): of genuine clips 1, of the
// others 0, both sides weighing the same. More confidence never lowers the score, more min_dist
// never raises it; what the evidence and the offset do, the scale and the least evidence stay those
// of `start`. By the scores out of fold, `allow` is the least threshold (of 0.5 or more) at which a
// share of at most `fpr` (0..1) of the others is ALLOWed, `next` the least at which at most
// kNextRates times as many are not BLOCKed. Deterministic. Throws too_little_data, telling what is
// needed.
Fit fit(std::span<const LabelledResult> clips, const Calibration& start, double fpr);

}  // namespace syncnet::score
