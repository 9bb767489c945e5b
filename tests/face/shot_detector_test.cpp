#include "face/shot_detector.h"

#include <gtest/gtest.h>

#include <random>

namespace syncnet::face {
namespace {

// A scene of random blocks, brightened and moved to the right by some pixels.
media::Image scene(unsigned seed, int light = 0, int moved = 0) {
    constexpr int kWidth = 320, kHeight = 180, kBlock = 20;
    std::mt19937 engine(seed);
    std::vector<int> blocks(64 * 64);
    for (int& b : blocks) b = static_cast<int>(40 + engine() % 150);
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            const int block =
                blocks[static_cast<std::size_t>((y / kBlock) * 64 + (x + moved) / kBlock)];
            rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(std::min(255, block + light)));
        }
    return media::Image::from_rgb(rgb, kWidth, kHeight);
}

TEST(ShotDetector, FindsAHardCut) {
    ShotDetector shots;
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(shots.is_cut(scene(1, i % 2)));
    EXPECT_TRUE(shots.is_cut(scene(2)));
    EXPECT_FALSE(shots.is_cut(scene(2, 1)));
}

TEST(ShotDetector, AFlashAndASlowPanAreNoCuts) {
    ShotDetector shots;
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(shots.is_cut(scene(1, 0, i)));
    EXPECT_FALSE(shots.is_cut(scene(1, 60, 10)));
    EXPECT_FALSE(shots.is_cut(scene(1, 0, 11)));
}

}  // namespace
}  // namespace syncnet::face
