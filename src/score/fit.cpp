#include "score/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace syncnet::score {
namespace {

constexpr int kSteps = 2000;         // of the ascent, at most
constexpr double kEnough = 1e-10;    // less gain in a step, and it has arrived
constexpr double kRidge = 1e-3;      // keeps weights finite where the clips can be told apart
constexpr double kLeastAllow = 0.5;  // less likely than not is never allowed

// What the weights of fit() stand for: 1, confidence, min_dist.
constexpr std::size_t kTerms = 3;
using Terms = std::array<double, kTerms>;
using Weights = Terms;

Calibration with(const Calibration& start, const Weights& w) {
    Calibration c = start;
    c.intercept = w[0];
    c.confidence_weight = w[1];
    c.min_dist_weight = w[2];
    return c;
}

void keep_monotone(Weights& w) {
    w[1] = std::max(0.0, w[1]);
    w[2] = std::min(0.0, w[2]);
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

struct Example {
    Terms terms{};      // as far as the evidence makes them count
    double beside = 0;  // what is added to them: the prior of the offset, and of many faces
    double offset_factor = 1;
    bool genuine = false;
    double weight = 0;
};

Example example_of(const LabelledResult& clip, const Calibration& start, double weight) {
    const sync::SyncResult& r = clip.result;
    // Asked of fit() itself, so that the form stands in one place.
    const auto logit = [&](const Weights& w) {
        const double p = fit(r, with(start, w), clip.faces);
        return std::log(p / (1 - p));
    };
    const double beside = logit({});
    const double counts = logit({1, 0, 0}) - beside;
    return {.terms = {counts, counts * r.confidence, counts * r.min_dist},
            .beside = beside,
            .offset_factor =
                score(r, with(start, {}), clip.faces) / fit(r, with(start, {}), clip.faces),
            .genuine = clip.genuine,
            .weight = weight};
}

// Measurements of mean 0 and deviation 1, so that all are climbed alike.
class Scaling {
  public:
    explicit Scaling(std::span<const Example> examples) {
        const auto n = static_cast<double>(examples.size());
        for (std::size_t t = 1; t < kTerms; ++t) {
            double sum = 0, squares = 0;
            for (const Example& e : examples) sum += value(e, t);
            mean_[t] = sum / n;
            for (const Example& e : examples) squares += std::pow(value(e, t) - mean_[t], 2);
            deviation_[t] = squares > 0 ? std::sqrt(squares / n) : 1;
        }
    }
    Terms scaled(const Example& e) const {
        Terms s = e.terms;
        for (std::size_t t = 1; t < kTerms; ++t)
            s[t] = e.terms[0] * (value(e, t) - mean_[t]) / deviation_[t];
        return s;
    }
    Weights unscaled(const Weights& w) const {
        Weights u = w;
        for (std::size_t t = 1; t < kTerms; ++t) {
            u[t] = w[t] / deviation_[t];
            u[0] -= u[t] * mean_[t];
        }
        return u;
    }

  private:
    static double value(const Example& e, std::size_t t) {
        return e.terms[0] > 0 ? e.terms[t] / e.terms[0] : 0;
    }

    Terms mean_{}, deviation_{};
};

struct Slope {
    double likelihood = 0;
    Weights gradient{};
};

// Of score = sigmoid(w . terms + beside) * offset_factor, with a ridge on all but the intercept.
Slope slope(std::span<const Example> examples, const Weights& w) {
    constexpr double kTiny = 1e-9;
    Slope s;
    for (const Example& e : examples) {
        const double p = sigmoid(std::inner_product(w.begin(), w.end(), e.terms.begin(), e.beside));
        const double score = std::clamp(p * e.offset_factor, kTiny, 1 - kTiny);
        s.likelihood += e.weight * (e.genuine ? std::log(score) : std::log(1 - score));
        const double by_score = e.genuine ? 1 / score : -1 / (1 - score);
        const double by_evidence = e.weight * by_score * e.offset_factor * p * (1 - p);
        for (std::size_t t = 0; t < kTerms; ++t) s.gradient[t] += by_evidence * e.terms[t];
    }
    for (std::size_t t = 1; t < kTerms; ++t) {
        s.likelihood -= kRidge * w[t] * w[t];
        s.gradient[t] -= 2 * kRidge * w[t];
    }
    return s;
}

// Uphill, back into what is monotone after every step; a step that does not gain is halved.
Weights fit_logistic(std::span<const Example> examples) {
    Weights w{};
    Slope here = slope(examples, w);
    double step = 1;
    for (int i = 0; i < kSteps && step > 1e-12; ++i) {
        Weights next = w;
        for (std::size_t t = 0; t < kTerms; ++t) next[t] += step * here.gradient[t];
        keep_monotone(next);
        const Slope there = slope(examples, next);
        const double gain = there.likelihood - here.likelihood;
        if (gain <= 0) {
            step /= 2;
            continue;
        }
        w = next;
        here = there;
        step *= 1.5;
        if (gain < kEnough) break;
    }
    return w;
}

Calibration fitted(std::span<const LabelledResult> clips, const Calibration& start) {
    const auto genuine =
        static_cast<double>(std::ranges::count(clips, true, &LabelledResult::genuine));
    const double others = static_cast<double>(clips.size()) - genuine;
    std::vector<Example> examples;
    for (const LabelledResult& clip : clips)
        examples.push_back(example_of(clip, start, 0.5 / (clip.genuine ? genuine : others)));
    const Scaling scaling(examples);
    for (Example& e : examples) e.terms = scaling.scaled(e);
    return with(start, scaling.unscaled(fit_logistic(examples)));
}

// By speaker, in an order that has nothing to do with their names.
std::vector<int> folds_of(std::span<const LabelledResult> clips) {
    std::map<std::string, int> fold;
    for (const LabelledResult& clip : clips) fold.emplace(clip.speaker, 0);
    std::vector<int*> shuffled;
    shuffled.reserve(fold.size());
    for (auto& [speaker, number] : fold) shuffled.push_back(&number);
    std::mt19937 random(0);  // NOLINT(bugprone-random-generator-seed): the same every time
    for (std::size_t i = shuffled.size(); i > 1; --i)
        std::swap(shuffled[i - 1], shuffled[random() % i]);
    for (std::size_t i = 0; i < shuffled.size(); ++i) *shuffled[i] = static_cast<int>(i) % kFolds;
    std::vector<int> folds;
    for (const LabelledResult& clip : clips) folds.push_back(fold.at(clip.speaker));
    return folds;
}

std::vector<double> out_of_fold(std::span<const LabelledResult> clips, const Calibration& start) {
    const std::vector<int> folds = folds_of(clips);
    std::vector<double> scores(clips.size());
    for (int fold = 0; fold < kFolds; ++fold) {
        std::vector<LabelledResult> rest;
        for (std::size_t i = 0; i < clips.size(); ++i)
            if (folds[i] != fold) rest.push_back(clips[i]);
        const Calibration c = fitted(rest, start);
        for (std::size_t i = 0; i < clips.size(); ++i)
            if (folds[i] == fold) scores[i] = score(clips[i].result, c, clips[i].faces);
    }
    return scores;
}

// The least threshold that at most `may` of the scores reach.
double threshold_for(std::size_t may, std::vector<double> scores) {
    if (may >= scores.size()) return 0;
    std::ranges::sort(scores, std::greater{});
    // Above the first that may not, by the fourth digit.
    return std::min(1.0, std::floor(scores[may] * 1e4 + 1) / 1e4);
}

Thresholds thresholds_for(double fpr, std::span<const LabelledResult> clips,
                          std::span<const double> scores) {
    Thresholds t;
    std::vector<double> all, in_time;  // of those that are not genuine
    for (std::size_t i = 0; i < clips.size(); ++i) {
        if (clips[i].genuine) continue;
        all.push_back(scores[i]);
        if (std::abs(clips[i].result.offset_frames) <= t.max_offset_frames)
            in_time.push_back(scores[i]);
    }
    const auto share = [&](double rate) {
        return static_cast<std::size_t>(rate * static_cast<double>(all.size()));
    };
    const std::size_t allowed = share(fpr), not_blocked = share(kNextRates * fpr);
    t.allow = std::max(kLeastAllow, threshold_for(allowed, std::move(in_time)));
    t.next = std::min(t.allow, threshold_for(not_blocked, std::move(all)));
    return t;
}

void check_enough(std::span<const LabelledResult> clips, double fpr) {
    const auto genuine = std::ranges::count(clips, true, &LabelledResult::genuine);
    const auto others = std::ssize(clips) - genuine;
    std::set<std::string_view> speakers;
    for (const LabelledResult& clip : clips) speakers.insert(clip.speaker);
    const auto needed = static_cast<std::ptrdiff_t>(std::ceil(kRuleOfThree / fpr - 1e-9));
    if (genuine >= kLeastGenuine && others >= needed && std::ssize(speakers) >= kLeastSpeakers)
        return;
    std::ostringstream text;
    text << "with enough evidence there are " << genuine << " genuine clips and " << others
         << " others, of " << speakers.size() << " speakers; needed are " << kLeastGenuine << ", "
         << needed << " (" << kRuleOfThree << " / " << fpr << ") and " << kLeastSpeakers;
    throw Error(ErrorCode::too_little_data, text.str());
}

}  // namespace

Fit fit(std::span<const LabelledResult> clips, const Calibration& start, double fpr) {
    check_enough(clips, fpr);
    Fit fit{.calibration = fitted(clips, start), .scores = out_of_fold(clips, start)};
    fit.thresholds = thresholds_for(fpr, clips, fit.scores);
    return fit;
}

}  // namespace syncnet::score
