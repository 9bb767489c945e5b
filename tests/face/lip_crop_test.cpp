#include "face/lip_crop.h"

#include <gtest/gtest.h>

#include <cmath>

namespace syncnet::face {
namespace {

// A grey ramp: brightness tells the x coordinate.
media::Image ramp(int width, int height) {
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(x * 255 / (width - 1)));
    return media::Image::from_rgb(rgb, width, height);
}

Detection upright(float x, float y, float unit) {
    return {.right_eye = {x - unit / 2, y - 1.08F * unit},
            .left_eye = {x + unit / 2, y - 1.08F * unit},
            .mouth = {x, y}};
}

TEST(LipPose, IsLevelAndOneUnitLong) {
    const LipPose pose = lip_pose(upright(100, 120, 50));
    EXPECT_NEAR(pose.right.x, 50, 0.1);
    EXPECT_NEAR(pose.right.y, 0, 0.1);
    EXPECT_FLOAT_EQ(pose.centre.x, 100);
}

TEST(LipPose, ATurnedHeadKeepsItsSize) {
    Detection face = upright(100, 120, 50);
    face.right_eye.x += 20;  // the eyes seem nearer each other
    EXPECT_NEAR(std::hypot(lip_pose(face).right.x, lip_pose(face).right.y), 50, 1);
}

TEST(LipCrop, ShowsWhatLiesAroundTheMouth) {
    const auto image = ramp(256, 200);
    std::vector<std::uint8_t> crop(64 * 64);
    lip_crop(image, lip_pose(upright(128, 100, 64)), 64, crop);
    // 64 pixels show 1.5 units of 64 pixels: from 80 to 176.
    EXPECT_NEAR(crop[32 * 64], 80, 3);
    EXPECT_NEAR(crop[32 * 64 + 63], 175, 3);
    EXPECT_NEAR(crop[32], crop[63 * 64 + 32], 2);
}

TEST(LipCrop, ALargerSideShowsMoreAtTheSameScale) {
    const auto image = ramp(256, 200);
    const LipPose pose = lip_pose(upright(128, 100, 60));
    std::vector<std::uint8_t> small(64 * 64);
    std::vector<std::uint8_t> large(80 * 80);
    lip_crop(image, pose, 64, small);
    lip_crop(image, pose, 80, large);
    for (std::size_t row = 0; row < 64; ++row)
        for (std::size_t column = 0; column < 64; ++column)
            ASSERT_EQ(small[row * 64 + column], large[(row + 8) * 80 + column + 8]);
}

TEST(LipCrop, BeyondTheImageTheEdgeIsRepeated) {
    std::vector<std::uint8_t> crop(64 * 64);
    lip_crop(ramp(64, 64), lip_pose(upright(0, 0, 64)), 64, crop);
    EXPECT_LE(crop[0], 2);
    lip_crop(ramp(64, 64), lip_pose(upright(1000, 1000, 64)), 64, crop);
    EXPECT_GE(crop[0], 253);
}

TEST(SmoothLipPose, TakesOutJitter) {
    Track track{.first_frame = 10};
    for (int i = 0; i < 40; ++i)
        track.geometry.push_back(upright(100.0F + (i % 2 == 0 ? 3.0F : -3.0F), 120, 50));
    for (std::int64_t f = 16; f < 44; ++f)
        EXPECT_NEAR(smooth_lip_pose(track, f).centre.x, 100, 0.6);
    EXPECT_NO_THROW((void)smooth_lip_pose(track, 10));
    EXPECT_NO_THROW((void)smooth_lip_pose(track, 49));
}

}  // namespace
}  // namespace syncnet::face
