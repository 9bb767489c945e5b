// Every frame rate becomes 25 per second.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

constexpr int kLumaError = 3;

// Of images at these times, ascending: the one shown at i / 25 s. The nearest, but none more than
// 21 ms before its time; `rounding`: as if the next one were so much later.
std::size_t expected(const std::vector<double>& ms, std::size_t index, double rounding = 0.5) {
    const double now = 40.0 * static_cast<double>(index);
    std::size_t shown = 0;
    for (std::size_t k = 1; k < ms.size() && ms[k] + rounding - 0.5 <= now + 21; ++k) {
        if (ms[k] <= now || ms[k] - now + rounding < now - ms[k - 1]) shown = k;
    }
    return shown;
}

int luma(double ms) {
    return static_cast<int>(std::lround(20 + 0.2 * ms));
}

struct Rate {
    const char* text;
    double fps;
};

class EveryRate : public ::testing::TestWithParam<Rate> {};

TEST_P(EveryRate, ShowsTheNearestImage) {
    const auto [text, fps] = GetParam();
    std::string name = text;
    std::ranges::replace(name, '/', '_');
    for (const std::string extension : {".mkv", ".mp4"}) {
        const auto path = make(name + extension,
                               brightness_clock(text) + "-c:v libx264 -preset ultrafast -crf 5");
        const auto lumas = read_all(path).lumas();
        EXPECT_NEAR(static_cast<double>(lumas.size()), 25, 2.0);
        std::vector<double> ms;
        for (int k = 0; k / fps < 1.0; ++k) ms.push_back(1000 * k / fps);
        for (std::size_t i = 0; i < lumas.size(); ++i) {
            // Where two are as near to within what containers round to, either will do.
            const int earlier = luma(ms[expected(ms, i, 1.5)]);
            const int later = luma(ms[expected(ms, i, -0.5)]);
            EXPECT_GE(lumas[i], earlier - kLumaError) << extension << " at " << i;
            EXPECT_LE(lumas[i], later + kLumaError) << extension << " at " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Rates, EveryRate,
                         ::testing::Values(Rate{"10", 10}, Rate{"12.5", 12.5}, Rate{"15", 15},
                                           Rate{"24000/1001", 24000 / 1001.0}, Rate{"24", 24},
                                           Rate{"25", 25}, Rate{"30000/1001", 30000 / 1001.0},
                                           Rate{"30", 30}, Rate{"50", 50},
                                           Rate{"60000/1001", 60000 / 1001.0}, Rate{"60", 60}));

TEST(FrameClock, FollowsAVariableRate) {
    // Frames of a 100 fps video, at irregular distances.
    const auto path = make("vfr.webm", brightness_clock("100") +
                                           "-vf \"select='not(mod(n,4))*lt(n,40)+not(mod(n,7))'\" "
                                           "-fps_mode vfr -c:v libvpx -deadline realtime -b:v 1M");
    const auto lumas = read_all(path).lumas();
    ASSERT_GE(lumas.size(), 24U);
    std::vector<double> ms;
    for (int n = 0; n < 100; ++n) {
        if ((n % 4 == 0 && n < 40) || n % 7 == 0) ms.push_back(10 * n);
    }
    for (std::size_t i = 0; i < lumas.size(); ++i) {
        EXPECT_NEAR(lumas[i], luma(ms[expected(ms, i)]), kLumaError) << i;
    }
}

TEST(FrameClock, HoldsTheLastImageThroughAGap) {
    const auto path = make("gap.mkv", brightness_clock("25") +
                                          "-vf \"select='lt(n,5)+gte(n,20)'\" -fps_mode vfr "
                                          "-c:v libx264 -preset ultrafast -crf 5");
    const auto all = read_all(path);
    const auto lumas = all.lumas();
    ASSERT_EQ(lumas.size(), 25U);
    for (std::size_t i = 5; i < 20; ++i) {
        EXPECT_NEAR(lumas[i], 20 + 8 * 4, kLumaError);
        EXPECT_TRUE(all.images[i]->same_as(*all.images[4]));
    }
    EXPECT_NEAR(lumas[20], 20 + 8 * 20, kLumaError);
    EXPECT_FALSE(all.images[20]->same_as(*all.images[19]));
}

TEST(FrameClock, MapsBFramesInOrder) {
    const auto path =
        make("b.mp4", brightness_clock("25") + "-c:v libx264 -bf 3 -b_strategy 0 -crf 5");
    for (const int threads : {1, 2}) {
        const auto lumas = read_all(path, {}, {.threads = threads}).lumas();
        ASSERT_EQ(lumas.size(), 25U);
        for (std::size_t i = 0; i < lumas.size(); ++i) {
            EXPECT_NEAR(lumas[i], luma(40.0 * static_cast<double>(i)), kLumaError) << i;
        }
    }
}

}  // namespace
}  // namespace syncnet::media
