#include "report/standards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::report {
namespace {

std::vector<OffsetPoint> at(std::initializer_list<double> offsets_ms) {
    std::vector<OffsetPoint> points;
    std::int64_t frame = 0;
    for (const double ms : offsets_ms) {
        points.push_back({.frames = {frame, frame + 25}, .offset_ms = ms});
        frame += 25;
    }
    return points;
}

Outcome outcome(LimitId id, double offset_ms) {
    for (const Judgement& j : judge(at({offset_ms})))
        if (j.limit == id) return j.outcome;
    return Outcome::not_judged;
}

TEST(Standards, LimitsAreThoseOfTheStandards) {
    EXPECT_EQ(limit(LimitId::r37).early_ms, 40);
    EXPECT_EQ(limit(LimitId::r37).late_ms, 60);
    EXPECT_EQ(limit(LimitId::detectability).early_ms, 45);
    EXPECT_EQ(limit(LimitId::detectability).late_ms, 125);
    EXPECT_EQ(limit(LimitId::acceptability).early_ms, 90);
    EXPECT_EQ(limit(LimitId::acceptability).late_ms, 185);
    EXPECT_EQ(range_text(limit(LimitId::r37)), "40 ms early to 60 ms late");
}

TEST(Standards, EarlyIsPositiveAndHasLessRoom) {
    EXPECT_EQ(outcome(LimitId::r37, -80.5), Outcome::fail);
    EXPECT_EQ(outcome(LimitId::r37, 60.5), Outcome::fail);
    EXPECT_EQ(outcome(LimitId::r37, 0), Outcome::pass);
    EXPECT_EQ(outcome(LimitId::detectability, -100), Outcome::pass);
    EXPECT_EQ(outcome(LimitId::detectability, 100), Outcome::fail);
    EXPECT_EQ(outcome(LimitId::acceptability, -206), Outcome::fail);
    EXPECT_EQ(outcome(LimitId::acceptability, -164), Outcome::pass);
}

TEST(Standards, NearALimitIsBorderlineOnBothSides) {
    for (const double ms : {20.5, 40.0, 59.5, -40.5, -60.0, -79.5})
        EXPECT_EQ(outcome(LimitId::r37, ms), Outcome::borderline) << ms;
    EXPECT_EQ(outcome(LimitId::r37, 20), Outcome::pass);
    EXPECT_EQ(outcome(LimitId::r37, -40), Outcome::pass);
}

TEST(Standards, TheWorstMomentDecides) {
    const auto judged = judge(at({0, 10, -170, -20}));
    EXPECT_EQ(judged.front().outcome, Outcome::fail);
    EXPECT_EQ(judged.front().worst_ms, -170);
    EXPECT_EQ(judged.front().where, (Interval{50, 75}));
    EXPECT_EQ(judged.back().outcome, Outcome::borderline);
}

TEST(Standards, WithoutAnOffsetNothingIsJudged) {
    for (const Judgement& j : judge({})) EXPECT_EQ(j.outcome, Outcome::not_judged);
    EXPECT_EQ(deciding(judge({}), Standard::all).outcome, Outcome::not_judged);
}

TEST(Standards, WhatIsRequiredIsWhatTheStandardSays) {
    const auto judged = judge(at({-100}));
    EXPECT_EQ(deciding(judged, Standard::r37).outcome, Outcome::fail);
    EXPECT_EQ(deciding(judged, Standard::bt1359).outcome, Outcome::pass);
    EXPECT_EQ(deciding(judged, Standard::all).outcome, Outcome::fail);
    EXPECT_EQ(deciding(judged, Standard::all).limit, LimitId::r37);
}

}  // namespace
}  // namespace syncnet::report
