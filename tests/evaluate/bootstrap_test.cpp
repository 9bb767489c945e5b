#include "evaluate/bootstrap.h"

#include <gtest/gtest.h>

namespace syncnet::evaluate {
namespace {

std::vector<Spoken<bool>> clips(int speakers, int each, int right_speakers) {
    std::vector<Spoken<bool>> samples;
    for (int s = 0; s < speakers; ++s)
        for (int i = 0; i < each; ++i)
            samples.push_back({"speaker " + std::to_string(s), s < right_speakers});
    return samples;
}

TEST(Bootstrap, SpeakersAreDrawnNotClips) {
    // Two of four people are always right: a hundred clips of each say no more than one.
    const Estimate many = share(clips(4, 100, 2));
    const Estimate few = share(clips(4, 1, 2));
    EXPECT_DOUBLE_EQ(*many.value, 0.5);
    EXPECT_DOUBLE_EQ(*many.low, *few.low);
    EXPECT_DOUBLE_EQ(*many.high, *few.high);
    EXPECT_LE(*many.low, 0.25);
    EXPECT_GE(*many.high, 0.75);
    EXPECT_EQ(many.count, 400U);
    EXPECT_EQ(many.speakers, 4U);
}

TEST(Bootstrap, TheIntervalNarrowsWithSpeakers) {
    const Estimate few = share(clips(6, 5, 3)), many = share(clips(200, 5, 100));
    EXPECT_LT(*many.high - *many.low, 0.2);
    EXPECT_GT(*few.high - *few.low, 0.5);
    // As the binomial distribution has it: 0.5 +- 1.96 sqrt(0.25 / 200).
    EXPECT_NEAR(*many.low, 0.43, 0.02);
    EXPECT_NEAR(*many.high, 0.57, 0.02);
}

TEST(Bootstrap, TheSameEveryTime) {
    const Estimate first = share(clips(10, 3, 4)), second = share(clips(10, 3, 4));
    EXPECT_EQ(first.low, second.low);
    EXPECT_EQ(first.high, second.high);
}

TEST(Bootstrap, TooFewSpeakersGiveNoInterval) {
    const Estimate one = share(clips(1, 50, 1));
    EXPECT_DOUBLE_EQ(*one.value, 1);
    EXPECT_FALSE(one.low.has_value());
    EXPECT_FALSE(share({}).value.has_value());
    EXPECT_FALSE(median(std::vector<Spoken<double>>{}).value.has_value());
}

TEST(Bootstrap, Median) {
    const std::vector<Spoken<double>> samples{{"a", 1}, {"b", 2}, {"c", 30}};
    const Estimate estimate = median(samples);
    EXPECT_DOUBLE_EQ(*estimate.value, 2);
    EXPECT_GE(*estimate.low, 1);
    EXPECT_LE(*estimate.high, 30);
}

}  // namespace
}  // namespace syncnet::evaluate
