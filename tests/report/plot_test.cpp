#include "report/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "report/made_analysis.h"

namespace syncnet::report {
namespace {

using namespace testing;

Plot plot_of(pipeline::Analysis a) {
    return plot(review("clip.mp4", std::move(a), Standard::r37, ""));
}

TEST(Plot, HasTheLimitsAsBandsTheWidestFirst) {
    const Plot p = plot_of(steady(0));
    ASSERT_EQ(p.bands.size(), 3U);
    EXPECT_EQ(p.bands.back().code, "r37");
    for (std::size_t i = 1; i < p.bands.size(); ++i) {
        EXPECT_GT(p.bands[i].top, p.bands[i - 1].top);
        EXPECT_LT(p.bands[i].bottom, p.bands[i - 1].bottom);
    }
    EXPECT_GT(p.zero, p.bands.back().top);
}

TEST(Plot, EverythingLiesInside) {
    for (const double ms : {0.0, 1900.0, -1900.0}) {
        const Plot p = plot_of(steady(ms, 90'000));
        for (const auto* const ticks : {&p.offset_ticks, &p.time_ticks})
            EXPECT_LT(ticks->size(), 16U);
        for (const Plot::Tick& t : p.offset_ticks) {
            EXPECT_GE(t.at, Plot::kTop);
            EXPECT_LE(t.at, p.offsets_bottom());
        }
        for (const Plot::Row& r : p.rows)
            for (const auto& [left, width] : r.bars)
                EXPECT_LE(left + width, Plot::kWidth - Plot::kRight + 0.01);
    }
}

TEST(Plot, BreaksWhereTheOffsetJumps) {
    EXPECT_EQ(plot_of(steady(0)).lines.size(), 1U);
    EXPECT_EQ(plot_of(jumping(200)).lines.size(), 2U);
}

TEST(Plot, SaysWhoSpeaks) {
    auto a = steady(0);
    a.timeline->speakers = {{.frames = {0, 100}, .track = 7}, {.frames = {100, 250}, .track = {}}};
    const Plot p = plot_of(std::move(a));
    ASSERT_EQ(p.rows.size(), 3U);
    EXPECT_EQ(p.rows[1].label, "face 7");
    EXPECT_EQ(p.rows[2].label, "no face");
}

TEST(Plot, OfNothingIsEmpty) {
    pipeline::Analysis a = steady(0, 1);
    a.verdict.score.reset();
    const Plot p = plot_of(std::move(a));
    EXPECT_TRUE(p.lines.empty());
    EXPECT_GT(p.height, 0);
}

TEST(Plot, FlagsDoNotLieOnOneAnother) {
    const Plot p = plot_of(jumping(200));
    for (std::size_t i = 1; i < p.flags.size(); ++i)
        EXPECT_GE(p.flags[i].at - p.flags[i - 1].at, 20);
    EXPECT_FALSE(p.flags.empty());
}

}  // namespace
}  // namespace syncnet::report
