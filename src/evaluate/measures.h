// Measures of detection and of probabilities, as biometric evaluation has them (ISO/IEC 19795-1).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace syncnet::evaluate {

// What happens at one threshold: `false_accept` of the negatives and `true_accept` of the genuine
// ones have at least `threshold`.
struct RocPoint {
    double threshold = 0;
    double false_accept = 0, true_accept = 0;  // 0..1
};

// From (0, 0) to (1, 1), one point for each different value. Empty where either side is empty.
std::vector<RocPoint> roc(std::span<const double> genuine, std::span<const double> negative);

// The area under it: the probability that a genuine value is above a negative one; equal ones count
// half. All of these: nothing where there is nothing to measure by.
std::optional<double> area_under(std::span<const RocPoint> curve);
std::optional<double> auc(std::span<const double> genuine, std::span<const double> negative);

// Where as many genuine ones are refused as negative ones accepted; between two points of the curve
// on the straight line that joins them.
std::optional<double> equal_error_rate(std::span<const RocPoint> curve);

// The normal deviate of a probability: the axes of a DET plot (Martin et al. 1997). Acklam's
// rational approximation; the relative error is below 1.2e-9. `p` in (0, 1).
double probit(double p);

struct Prediction {
    double probability = 0;  // that it is genuine, as was said
    bool genuine = false;
    double weight = 1;
};

struct ReliabilityBin {
    double probability = 0;  // the mean of what was said
    double share = 0;        // of genuine ones in it
    double weight = 0;       // the bins' sum is 1
    std::size_t count = 0;
};

// Bins of (nearly) equal weight along the probabilities; equal probabilities share a bin.
std::vector<ReliabilityBin> reliability(std::span<const Prediction> predictions,
                                        std::size_t bins = 10);
// Expected calibration error: the mean over those bins of |share - probability|, by weight.
std::optional<double> expected_calibration_error(std::span<const Prediction> predictions,
                                                 std::size_t bins = 10);

std::optional<double> median(std::vector<double> values);
std::optional<double> mean(std::span<const double> values);
// The value below which a share `at` of them lies, on straight lines between them.
std::optional<double> quantile(std::vector<double> values, double at);

}  // namespace syncnet::evaluate
