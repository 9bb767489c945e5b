// The fit finds what separates, keeps its promises where it can't, and says what it lacks.
#include "score/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"

namespace syncnet::score {
namespace {

using testing::HasSubstr;

// Genuine clips have more confidence, less distance and more evidence by `apart` deviations; each
// speaker has two of each.
std::vector<LabelledResult> clips(int count, double apart, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<LabelledResult> all;
    for (int i = 0; i < 2 * count; ++i) {
        const bool genuine = i % 2 == 0;
        const double good = genuine ? apart : 0;
        all.push_back(
            {.result = {.offset_frames = genuine ? i % 3 - 1 : static_cast<int>(random() % 31) - 15,
                        .confidence = 4 + good + normal(random),
                        .min_dist = 10 - good + normal(random),
                        .evidence = 64 * std::exp(0.3 * (good + normal(random)))},
             .genuine = genuine,
             .speaker = std::to_string(i / 4)});
    }
    return all;
}

Calibration start() {
    return {.intercept = 1,
            .confidence_weight = 0.1,
            .min_dist_weight = -0.1,
            .evidence_half = 20,
            .offset_width = 8};
}

double score_of(const Calibration& c, double confidence, double min_dist, double evidence) {
    return score({.confidence = confidence, .min_dist = min_dist, .evidence = evidence}, c);
}

void expect_monotone(const Calibration& c) {
    EXPECT_GE(score_of(c, 8, 9, 100), score_of(c, 5, 9, 100));
    EXPECT_LE(score_of(c, 5, 12, 100), score_of(c, 5, 9, 100));
}

// Of the genuine clips or of the others, by the scores out of fold.
double share_of(const std::vector<LabelledResult>& data, bool genuine, const Fit& f,
                Decision decision) {
    double all = 0, such = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (data[i].genuine != genuine) continue;
        const bool in_time =
            std::abs(data[i].result.offset_frames) <= f.thresholds.max_offset_frames;
        const Decision is = f.scores[i] >= f.thresholds.allow && in_time ? Decision::allow
                            : f.scores[i] >= f.thresholds.next           ? Decision::next
                                                                         : Decision::block;
        all += 1;
        such += is == decision ? 1 : 0;
    }
    return such / all;
}

double likelihood(const std::vector<LabelledResult>& data, const Calibration& c) {
    double sum = 0;  // both sides are equally many
    for (const LabelledResult& clip : data) {
        const double s = std::clamp(score(clip.result, c), 1e-9, 1 - 1e-9);
        sum += std::log(clip.genuine ? s : 1 - s);
    }
    return sum / static_cast<double>(data.size());
}

TEST(Fit, SeparatesWhatCanBeSeparated) {
    const auto data = clips(400, 4);
    const Fit f = fit(data, start(), 0.01);
    EXPECT_LE(share_of(data, false, f, Decision::allow), 0.01);
    EXPECT_GT(share_of(data, true, f, Decision::allow), 0.9);
    EXPECT_GT(score_of(f.calibration, 8, 6, 64), 0.9);
    EXPECT_LT(score_of(f.calibration, 4, 10, 64), 0.3);
    expect_monotone(f.calibration);
}

TEST(Fit, NoOtherWeightsAreLikelier) {
    const auto data = clips(400, 1);
    const Calibration best = fit(data, start(), 0.01).calibration;
    for (double Calibration::*weight :
         {&Calibration::intercept, &Calibration::confidence_weight, &Calibration::min_dist_weight})
        for (const double by : {0.8, 1.25}) {
            Calibration other = best;
            other.*weight *= by;
            EXPECT_GT(likelihood(data, best), likelihood(data, other));
        }
}

TEST(Fit, KeepsTheWantedRateWhereClipsOverlap) {
    const auto data = clips(600, 1);
    for (const double fpr : {0.01, 0.05}) {
        const Fit f = fit(data, start(), fpr);
        EXPECT_LE(share_of(data, false, f, Decision::allow), fpr);
        EXPECT_GE(share_of(data, false, f, Decision::block), 1 - kNextRates * fpr);
        EXPECT_LE(f.thresholds.next, f.thresholds.allow);
        EXPECT_LT(share_of(data, true, f, Decision::allow), 0.95) << "it can't be had for nothing";
    }
}

TEST(Fit, IsMonotoneWhateverTheClipsSay) {
    auto data = clips(400, 2);
    for (LabelledResult& clip : data) clip.genuine = !clip.genuine;  // all the wrong way round
    expect_monotone(fit(data, start(), 0.01).calibration);
}

TEST(Fit, LeavesWhatIsNotFitted) {
    const Calibration before{.evidence_half = 33,
                             .offset_width = 5,
                             .offset_power = 6,
                             .scale = {.gain = 30, .shift = -20},
                             .min_speech_seconds = 0.7,
                             .min_face_seconds = 1.2};
    const Calibration c = fit(clips(400, 3), before, 0.01).calibration;
    EXPECT_EQ(c.evidence_half, 33);
    EXPECT_EQ(c.offset_width, 5);
    EXPECT_EQ(c.offset_power, 6);
    EXPECT_EQ(c.scale.gain, 30);
    EXPECT_EQ(c.scale.shift, -20);
    EXPECT_EQ(c.min_speech_seconds, 0.7);
    EXPECT_EQ(c.min_face_seconds, 1.2);
}

TEST(Fit, IsTheSameEveryTime) {
    const auto data = clips(400, 2);
    EXPECT_EQ(fit(data, start(), 0.01).scores, fit(data, start(), 0.01).scores);
}

TEST(Fit, JudgesNobodyByHimself) {
    // What can't be told apart does not seem to be.
    auto data = clips(400, 0);
    for (LabelledResult& clip : data) clip.result.offset_frames = 0;
    EXPECT_LT(share_of(data, true, fit(data, start(), 0.01), Decision::allow), 0.1);
}

TEST(Fit, SaysWhatItLacks) {
    const auto message = [](const std::vector<LabelledResult>& data, double fpr) {
        try {
            fit(data, start(), fpr);
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::too_little_data);
            return std::string(e.what());
        }
        return std::string();
    };
    EXPECT_THAT(message(clips(299, 2), 0.01), HasSubstr("299 others"));
    EXPECT_THAT(message(clips(299, 2), 0.01), HasSubstr("300 (3 / 0.01)"));
    EXPECT_EQ(message(clips(300, 2), 0.01), "");
    EXPECT_THAT(message(clips(20, 2), 0.2), HasSubstr("20 genuine"));
    auto alone = clips(300, 2);
    for (LabelledResult& clip : alone) clip.speaker = "one";
    EXPECT_THAT(message(alone, 0.01), HasSubstr("1 speakers"));
}

}  // namespace
}  // namespace syncnet::score
