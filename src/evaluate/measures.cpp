#include "evaluate/measures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace syncnet::evaluate {

std::vector<RocPoint> roc(std::span<const double> genuine, std::span<const double> negative) {
    if (genuine.empty() || negative.empty()) return {};
    std::vector<double> good(genuine.begin(), genuine.end());
    std::vector<double> bad(negative.begin(), negative.end());
    std::ranges::sort(good, std::greater{});
    std::ranges::sort(bad, std::greater{});
    std::vector<RocPoint> curve{{.threshold = std::max(good.front(), bad.front())}};
    std::size_t g = 0, b = 0;
    while (g < good.size() || b < bad.size()) {
        const double threshold = g == good.size()  ? bad[b]
                                 : b == bad.size() ? good[g]
                                                   : std::max(good[g], bad[b]);
        while (g < good.size() && good[g] >= threshold) ++g;
        while (b < bad.size() && bad[b] >= threshold) ++b;
        curve.push_back({.threshold = threshold,
                         .false_accept = static_cast<double>(b) / static_cast<double>(bad.size()),
                         .true_accept = static_cast<double>(g) / static_cast<double>(good.size())});
    }
    return curve;
}

std::optional<double> area_under(std::span<const RocPoint> curve) {
    if (curve.empty()) return std::nullopt;
    double area = 0;
    for (std::size_t i = 1; i < curve.size(); ++i)
        area += (curve[i].false_accept - curve[i - 1].false_accept) *
                (curve[i].true_accept + curve[i - 1].true_accept) / 2;
    return area;
}

std::optional<double> auc(std::span<const double> genuine, std::span<const double> negative) {
    return area_under(roc(genuine, negative));
}

std::optional<double> equal_error_rate(std::span<const RocPoint> curve) {
    // false accepts rise and false rejects fall along the curve: they meet once.
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const double before = curve[i - 1].false_accept - (1 - curve[i - 1].true_accept);
        const double after = curve[i].false_accept - (1 - curve[i].true_accept);
        if (after < 0) continue;
        const double t = after > before ? -before / (after - before) : 1;
        return std::lerp(curve[i - 1].false_accept, curve[i].false_accept, t);
    }
    return std::nullopt;
}

double probit(double p) {
    constexpr double kTail = 0.02425;
    if (p > 0.5) return -probit(1 - p);
    if (p < kTail) {
        const double q = std::sqrt(-2 * std::log(p));
        return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q -
                   2.400758277161838e+00) *
                      q -
                  2.549732539343734e+00) *
                     q +
                 4.374664141464968e+00) *
                    q +
                2.938163982698783e+00) /
               ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) *
                     q +
                 3.754408661907416e+00) *
                    q +
                1);
    }
    const double q = p - 0.5;
    const double r = q * q;
    return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) *
                  r +
              1.383577518672690e+02) *
                 r -
             3.066479806614716e+01) *
                r +
            2.506628277459239e+00) *
           q /
           (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) *
                  r +
              6.680131188771972e+01) *
                 r -
             1.328068155288572e+01) *
                r +
            1);
}

std::vector<ReliabilityBin> reliability(std::span<const Prediction> predictions, std::size_t bins) {
    std::vector<Prediction> sorted(predictions.begin(), predictions.end());
    std::ranges::stable_sort(sorted, {}, &Prediction::probability);
    const double total =
        std::accumulate(sorted.begin(), sorted.end(), 0.0,
                        [](double sum, const Prediction& p) { return sum + p.weight; });
    std::vector<ReliabilityBin> result;
    double done = 0;
    for (std::size_t i = 0; i < sorted.size();) {
        ReliabilityBin bin;
        const double full =
            total * static_cast<double>(result.size() + 1) / static_cast<double>(bins);
        constexpr double kRounding = 1e-9;
        while (i < sorted.size() && (bin.count == 0 || done < full - kRounding ||
                                     sorted[i].probability == sorted[i - 1].probability)) {
            const Prediction& p = sorted[i++];
            bin.probability += p.weight * p.probability;
            bin.share += p.genuine ? p.weight : 0;
            bin.weight += p.weight;
            ++bin.count;
            done += p.weight;
        }
        if (bin.weight <= 0) continue;
        bin.probability /= bin.weight;
        bin.share /= bin.weight;
        bin.weight /= total;
        result.push_back(bin);
    }
    return result;
}

std::optional<double> expected_calibration_error(std::span<const Prediction> predictions,
                                                 std::size_t bins) {
    if (predictions.empty()) return std::nullopt;
    double error = 0;
    for (const ReliabilityBin& bin : reliability(predictions, bins))
        error += bin.weight * std::abs(bin.share - bin.probability);
    return error;
}

std::optional<double> median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

std::optional<double> mean(std::span<const double> values) {
    if (values.empty()) return std::nullopt;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> quantile(std::vector<double> values, double at) {
    if (values.empty()) return std::nullopt;
    std::ranges::sort(values);
    const double place = at * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], place - static_cast<double>(below));
}

}  // namespace syncnet::evaluate
