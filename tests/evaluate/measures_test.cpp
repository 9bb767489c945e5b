#include "evaluate/measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::evaluate {
namespace {

using Values = std::vector<double>;

TEST(Roc, ByHand) {
    // Thresholds 0.9, 0.8, 0.6, 0.5: one genuine, one negative, one genuine, one negative.
    const auto curve = roc(Values{0.9, 0.6}, Values{0.8, 0.5});
    ASSERT_EQ(curve.size(), 5U);
    const double expected[5][2]{{0, 0}, {0, 0.5}, {0.5, 0.5}, {0.5, 1}, {1, 1}};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_DOUBLE_EQ(curve[i].false_accept, expected[i][0]) << i;
        EXPECT_DOUBLE_EQ(curve[i].true_accept, expected[i][1]) << i;
    }
    EXPECT_DOUBLE_EQ(*area_under(curve), 0.75);  // 3 of 4 pairs are in order
    EXPECT_DOUBLE_EQ(*equal_error_rate(curve), 0.5);
}

TEST(Roc, EqualValuesCountHalf) {
    EXPECT_DOUBLE_EQ(*auc(Values{1, 1}, Values{1, 1}), 0.5);
    EXPECT_DOUBLE_EQ(*auc(Values{2, 1}, Values{1, 0}), 0.875);  // 3 pairs in order, one equal
}

TEST(Roc, NothingToMeasureBy) {
    EXPECT_TRUE(roc({}, Values{1}).empty());
    EXPECT_FALSE(auc(Values{1}, {}).has_value());
    EXPECT_FALSE(equal_error_rate(roc({}, {})).has_value());
}

TEST(EqualErrorRate, ByHand) {
    EXPECT_DOUBLE_EQ(*equal_error_rate(roc(Values{3, 2}, Values{1, 0})), 0);
    EXPECT_DOUBLE_EQ(*equal_error_rate(roc(Values{1, 0}, Values{3, 2})), 1);
    // At the threshold 5 one of four genuine ones is refused and one of four negatives accepted.
    EXPECT_DOUBLE_EQ(*equal_error_rate(roc(Values{8, 7, 5, 2}, Values{6, 4, 3, 1})), 0.25);
    // All tie: halfway along the only step.
    EXPECT_DOUBLE_EQ(*equal_error_rate(roc(Values{1}, Values{1})), 0.5);
}

TEST(Probit, KnownQuantilesOfTheNormalDistribution) {
    EXPECT_NEAR(probit(0.5), 0, 1e-9);
    EXPECT_NEAR(probit(0.975), 1.959963985, 1e-8);
    EXPECT_NEAR(probit(0.001), -3.090232306, 1e-8);
    EXPECT_NEAR(probit(0.01) + probit(0.99), 0, 1e-9);
}

TEST(Reliability, BinsHaveEqualWeight) {
    std::vector<Prediction> predictions;
    for (int i = 0; i < 20; ++i)
        predictions.push_back({.probability = i / 20.0, .genuine = i >= 10});
    const auto bins = reliability(predictions, 10);
    ASSERT_EQ(bins.size(), 10U);
    for (const ReliabilityBin& bin : bins) {
        EXPECT_EQ(bin.count, 2U);
        EXPECT_NEAR(bin.weight, 0.1, 1e-12);
    }
    EXPECT_NEAR(bins[4].probability, 0.425, 1e-12);
    EXPECT_DOUBLE_EQ(bins[4].share, 0);
    EXPECT_DOUBLE_EQ(bins[5].share, 1);
}

TEST(Reliability, EqualProbabilitiesShareABin) {
    const std::vector<Prediction> predictions(100, {.probability = 0.3});
    ASSERT_EQ(reliability(predictions, 10).size(), 1U);
}

TEST(CalibrationError, ByHand) {
    // Two bins of half the weight: said 0.2 where none is genuine, said 0.8 where all are.
    const std::vector<Prediction> predictions{{.probability = 0.2, .genuine = false},
                                              {.probability = 0.2, .genuine = false},
                                              {.probability = 0.8, .genuine = true},
                                              {.probability = 0.8, .genuine = true}};
    EXPECT_NEAR(*expected_calibration_error(predictions, 2), 0.2, 1e-12);
    // A quarter of the weight is wrong by 0.5 more.
    const std::vector<Prediction> weighted{{.probability = 0.5, .genuine = true, .weight = 3},
                                           {.probability = 0.5, .genuine = false, .weight = 1}};
    EXPECT_NEAR(*expected_calibration_error(weighted, 10), 0.25, 1e-12);
    EXPECT_FALSE(expected_calibration_error({}).has_value());
}

TEST(CalibrationError, PerfectlyReliable) {
    std::vector<Prediction> predictions;
    for (int i = 0; i < 1000; ++i)
        predictions.push_back({.probability = 0.25, .genuine = i % 4 == 0});
    EXPECT_NEAR(*expected_calibration_error(predictions), 0, 1e-12);
}

TEST(Quantile, OnStraightLines) {
    EXPECT_DOUBLE_EQ(*median({3, 1, 2}), 2);
    EXPECT_DOUBLE_EQ(*median({4, 1, 2, 3}), 2.5);
    EXPECT_DOUBLE_EQ(*quantile({0, 10}, 0.25), 2.5);
    EXPECT_FALSE(median({}).has_value());
    EXPECT_DOUBLE_EQ(*mean(Values{1, 2, 6}), 3);
    EXPECT_FALSE(mean({}).has_value());
}

}  // namespace
}  // namespace syncnet::evaluate
