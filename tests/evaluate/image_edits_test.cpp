#include "evaluate/image_edits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace syncnet::evaluate {
namespace {

media::I420 grey(int width, int height, std::uint8_t level) {
    media::I420 image(width, height);
    std::ranges::fill(image.y, level);
    std::ranges::fill(image.u, std::uint8_t{128});
    std::ranges::fill(image.v, std::uint8_t{128});
    return image;
}

TEST(LowLight, DarkerAndNoisier) {
    LowLight darken(0.25, Draw(1));
    const media::I420 dark = darken(grey(64, 64, 216));
    const double mean =
        std::accumulate(dark.y.begin(), dark.y.end(), 0.0) / static_cast<double>(dark.y.size());
    EXPECT_NEAR(mean, 16 + 0.25 * 200, 1);
    double squares = 0;
    for (const std::uint8_t y : dark.y) squares += (y - mean) * (y - mean);
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(dark.y.size())), 6.5, 0.5);
}

TEST(CoveredMouth, AShareOfItsRegionFromOneSide) {
    // A unit of 40 pixels: the mouth's region is 36 x 24.
    const face::LipPose mouth{.centre = {60, 80}, .right = {40, 0}};
    for (const Side side : {Side::left, Side::right, Side::below})
        for (const double share : {0.25, 0.5}) {
            const media::I420 covered = with_covered_mouth(grey(120, 120, 200), mouth, share, side);
            const auto changed = std::ranges::count_if(covered.y, [](auto y) { return y != 200; });
            EXPECT_NEAR(static_cast<double>(changed), share * 36 * 24, 37);
            EXPECT_EQ(covered.y[5], 200);
        }
    const auto below = with_covered_mouth(grey(120, 120, 200), mouth, 0.5, Side::below);
    EXPECT_EQ(below.y[75 * 120 + 60], 200);
    EXPECT_NE(below.y[88 * 120 + 60], 200);
}

TEST(CoveredMouth, AtTheEdgeOfTheImage) {
    const face::LipPose mouth{.centre = {1, 119}, .right = {40, 0}};
    EXPECT_EQ(with_covered_mouth(grey(120, 120, 200), mouth, 1, Side::left).y.size(), 120U * 120);
}

TEST(Resized, SidesStayEven) {
    const media::I420 small = resized(grey(360, 288, 90), 0.37);
    EXPECT_EQ(small.width, 134);
    EXPECT_EQ(small.height, 106);
    EXPECT_NEAR(small.y[1000], 90, 1);
}

}  // namespace
}  // namespace syncnet::evaluate
