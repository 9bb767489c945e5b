// Every frame rate becomes 25 per second.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

constexpr int kLumaError = 3;

// What a video of constant rate shows at i / 25 s.
int expected_luma(double fps, std::size_t index) {
    const double shown = std::floor((static_cast<double>(index) / 25 + 0.0075) * fps + 1e-9) / fps;
    return static_cast<int>(std::lround(20 + 200 * shown));
}

struct Rate {
    const char* text;
    double fps;
};

class EveryRate : public ::testing::TestWithParam<Rate> {};

TEST_P(EveryRate, ShowsTheLatestPicture) {
    const auto [text, fps] = GetParam();
    std::string name = text;
    std::ranges::replace(name, '/', '_');
    for (const std::string extension : {".mkv", ".mp4"}) {
        const auto path = make(name + extension,
                               brightness_clock(text) + "-c:v libx264 -preset ultrafast -crf 5");
        const auto lumas = read_all(path).lumas();
        EXPECT_NEAR(static_cast<double>(lumas.size()), 25, 2.0);
        for (std::size_t i = 0; i < lumas.size(); ++i) {
            EXPECT_NEAR(lumas[i], expected_luma(fps, i), kLumaError) << extension << " at " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Rates, EveryRate,
                         ::testing::Values(Rate{"10", 10}, Rate{"12.5", 12.5}, Rate{"15", 15},
                                           Rate{"24000/1001", 24000 / 1001.0}, Rate{"24", 24},
                                           Rate{"25", 25}, Rate{"30000/1001", 30000 / 1001.0},
                                           Rate{"30", 30}, Rate{"50", 50},
                                           Rate{"60000/1001", 60000 / 1001.0}, Rate{"60", 60}));

TEST(PictureClock, FollowsAVariableRate) {
    // Frames of a 100 fps video, at irregular distances.
    const auto path = make("vfr.webm", brightness_clock("100") +
                                           "-vf \"select='not(mod(n,4))*lt(n,40)+not(mod(n,7))'\" "
                                           "-fps_mode vfr -c:v libvpx -deadline realtime -b:v 1M");
    const auto lumas = read_all(path).lumas();
    ASSERT_GE(lumas.size(), 24U);
    for (int i = 0; i < static_cast<int>(lumas.size()); ++i) {
        int shown = std::min(99, (i * 40 + 8) / 10);
        while (!((shown % 4 == 0 && shown < 40) || shown % 7 == 0)) --shown;
        EXPECT_NEAR(lumas[static_cast<std::size_t>(i)], 20 + 2 * shown, kLumaError) << i;
    }
}

TEST(PictureClock, HoldsTheLastPictureThroughAGap) {
    const auto path = make("gap.mkv", brightness_clock("25") +
                                          "-vf \"select='lt(n,5)+gte(n,20)'\" -fps_mode vfr "
                                          "-c:v libx264 -preset ultrafast -crf 5");
    const auto all = read_all(path);
    const auto lumas = all.lumas();
    ASSERT_EQ(lumas.size(), 25U);
    for (std::size_t i = 5; i < 20; ++i) {
        EXPECT_NEAR(lumas[i], 20 + 8 * 4, kLumaError);
        EXPECT_TRUE(all.pictures[i]->same_as(*all.pictures[4]));
    }
    EXPECT_NEAR(lumas[20], 20 + 8 * 20, kLumaError);
    EXPECT_FALSE(all.pictures[20]->same_as(*all.pictures[19]));
}

TEST(PictureClock, MapsBFramesInOrder) {
    const auto path =
        make("b.mp4", brightness_clock("25") + "-c:v libx264 -bf 3 -b_strategy 0 -crf 5");
    for (const int threads : {1, 2}) {
        const auto lumas = read_all(path, {}, {.threads = threads}).lumas();
        ASSERT_EQ(lumas.size(), 25U);
        for (std::size_t i = 0; i < lumas.size(); ++i) {
            EXPECT_NEAR(lumas[i], expected_luma(25, i), kLumaError) << i;
        }
    }
}

}  // namespace
}  // namespace syncnet::media
