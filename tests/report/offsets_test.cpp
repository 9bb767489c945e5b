#include "report/offsets.h"

#include <gtest/gtest.h>

#include "report/made_analysis.h"

namespace syncnet::report {
namespace {

using namespace testing;

TEST(Offsets, FillThePassageAndAreFinerThanAFrame) {
    const auto points = offsets_over_time(steady(-13));
    ASSERT_FALSE(points.empty());
    EXPECT_EQ(points.front().frames.from, 0);
    EXPECT_EQ(points.back().frames.to, 250);
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_NEAR(points[i].offset_ms, -13, 1e-9);
        EXPECT_EQ(points[i].face, 7);
        if (i > 0) {
            EXPECT_EQ(points[i].frames.from, points[i - 1].frames.to);
        }
    }
}

TEST(Offsets, AWindowThatFoundAnotherMinimumByChanceIsLeftOut) {
    auto a = steady(0);
    a.timeline->tracks[0].windows[3].result->fine_offset_frames = 30;
    a.timeline->tracks[0].windows[5].enough_lips = false;
    for (const OffsetPoint& p : offsets_over_time(a)) EXPECT_NEAR(p.offset_ms, 0, 1e-9);
}

TEST(Offsets, OneThatTremblesIsOutvotedByItsNeighbours) {
    auto a = steady(0);
    a.timeline->tracks[0].windows[3].result->fine_offset_frames = 1.5;
    for (const OffsetPoint& p : offsets_over_time(a)) EXPECT_NEAR(p.offset_ms, 0, 1e-9);
}

TEST(Offsets, APassageWithoutAWindowHasItsOwnOffset) {
    auto a = steady(0);
    a.voice.passages = {passage({0, 10}, -80), passage({200, 205}, 120)};
    const auto points = offsets_over_time(a);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0], (OffsetPoint{.frames = {0, 10}, .offset_ms = -80, .face = 7}));
    EXPECT_EQ(points[1].offset_ms, 120);
}

TEST(Offsets, FollowADrift) {
    auto a = made_analysis(500, [](std::int64_t f) { return static_cast<double>(f) * 0.6; });
    a.voice.passages = {passage({0, 500}, 150)};
    a.voice.drift = score::Drift{.ms_per_s = 15, .error = 0.5, .significant = true};
    const auto points = offsets_over_time(a);
    ASSERT_GT(points.size(), 15U);
    EXPECT_NEAR(points[9].offset_ms, 0.6 * 250, 1);
    EXPECT_NEAR(points.front().offset_ms, 0.6 * 25, 1);
    EXPECT_NEAR(points.back().offset_ms, 0.6 * 475, 1);
}

TEST(Offsets, AVoiceThatIsAnothersHasNone) {
    for (const auto reason : {score::Reason::voice_does_not_match, score::Reason::uncertain,
                              score::Reason::lips_do_not_move}) {
        auto a = steady(0);
        a.verdict.reasons = {{reason, ""}};
        EXPECT_TRUE(offsets_over_time(a).empty());
    }
    auto a = steady(0);
    a.verdict.score.reset();
    EXPECT_FALSE(has_offset(a));
}

}  // namespace
}  // namespace syncnet::report
