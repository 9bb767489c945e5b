#include "media/time_code.h"

#include <gtest/gtest.h>

namespace syncnet::media {
namespace {

TEST(TimeCode, CountsFrames) {
    EXPECT_EQ(TimeCodes().at(0), "00:00:00:00");
    EXPECT_EQ(TimeCodes().at(24), "00:00:00:24");
    EXPECT_EQ(TimeCodes().at(25), "00:00:01:00");
    EXPECT_EQ(TimeCodes().at(((1 * 60 + 2) * 60 + 3) * 25 + 4), "01:02:03:04");
    EXPECT_EQ(TimeCodes().at(100LL * 3600 * 25), "100:00:00:00");
    EXPECT_EQ(TimeCodes().at(-1), "-00:00:00:01");
}

Info video(double fps, const char* start) {
    return {.fps = fps, .frame_rate = exact_rate(fps), .time_code = start};
}

TEST(TimeCode, InTheVideosOwnFramesFromItsOwnStart) {
    EXPECT_EQ(TimeCodes(video(25, "10:00:00:00")).at(26), "10:00:01:01");
    EXPECT_EQ(TimeCodes(video(50, "")).at(26), "00:00:01:02");
    // 29.97: numbers 0 and 1 are left out at each minute but the tenth.
    const TimeCodes dropping(video(29.97, "00:00:59;29"));
    EXPECT_EQ(dropping.at(0), "00:00:59;29");
    EXPECT_EQ(dropping.at(1), "00:01:00;02");
    const TimeCodes hour(video(30000.0 / 1001, "01:00:00;00"));
    EXPECT_EQ(hour.at(3600 * 25), "02:00:00;00");  // as the clock has it
    EXPECT_EQ(TimeCodes(video(30000.0 / 1001, "01:00:00:00")).at(3600 * 25), "01:59:56:12");
    EXPECT_EQ(TimeCodes(video(25, "23:59:59:00")).at(50), "00:00:01:00");  // midnight
}

TEST(TimeCode, TellsHowItCounts) {
    const TimeCodes dropping(video(30000.0 / 1001, "00:59:59;28"));
    EXPECT_TRUE(dropping.drops());
    EXPECT_TRUE(dropping.from_file());
    EXPECT_EQ(dropping.rate(), (FrameRate{30000, 1001}));
    EXPECT_EQ(dropping.own_frame(25), 30);
    EXPECT_EQ(dropping.text(dropping.own_frame(25)), dropping.at(25));
    EXPECT_FALSE(TimeCodes(video(24, "")).from_file());
    EXPECT_FALSE(TimeCodes(video(30000.0 / 1001, "00:59:59:28")).drops());
}

TEST(TimeCode, WhereOurClockBeginsBeforeTheFirstImage) {
    Info late = video(25, "10:00:00:00");
    late.zero_us = 1'000'000;
    late.video_start_us = 1'200'000;
    EXPECT_EQ(TimeCodes(late).at(5), "10:00:00:00");
    EXPECT_EQ(TimeCodes(late).at(30), "10:00:01:00");
}

TEST(TimeCode, WhatIsNoRateOrNoCodeOfEditors) {
    EXPECT_EQ(TimeCodes(video(1000, "10:00:00:00")).at(25), "00:00:01:00");
    EXPECT_EQ(TimeCodes(video(25, "noon")).at(25), "00:00:01:00");
}

TEST(TimeCode, MeasuredRatesMeanExactOnes) {
    EXPECT_EQ(exact_rate(23.976), (FrameRate{24000, 1001}));
    EXPECT_EQ(exact_rate(24), (FrameRate{24, 1}));
    EXPECT_EQ(exact_rate(29.97002997), (FrameRate{30000, 1001}));
    EXPECT_EQ(exact_rate(59.94), (FrameRate{60000, 1001}));
    EXPECT_EQ(exact_rate(50.001), (FrameRate{50, 1}));
    EXPECT_EQ(exact_rate(15), (FrameRate{15, 1}));
    for (const double fps : {0.0, -1.0, 14.93, 27.3, 1000.0, 90'000.0})
        EXPECT_EQ(exact_rate(fps), FrameRate{}) << fps;
}

}  // namespace
}  // namespace syncnet::media
