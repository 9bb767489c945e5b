#include "report/markers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/made_analysis.h"
#include "report/stretches.h"

namespace syncnet::report {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Marker> markers(const pipeline::Analysis& a, Standard standard = Standard::r37) {
    return find_markers(a, offsets_over_time(a), standard);
}

std::vector<MarkerKind> kinds(const std::vector<Marker>& all) {
    std::vector<MarkerKind> found;
    for (const Marker& m : all) found.push_back(m.kind);
    return found;
}

TEST(Markers, NoneWhereAllIsWell) {
    EXPECT_THAT(markers(steady(0)), IsEmpty());
    EXPECT_THAT(markers(steady(0), Standard::all), IsEmpty());
}

TEST(Markers, OutsideFromBeginningToEnd) {
    const auto all = markers(steady(-200));
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::leaves_limit));
    EXPECT_EQ(all[0].frames, (Interval{0, 250}));
    EXPECT_EQ(all[0].limit, LimitId::r37);
    EXPECT_NEAR(*all[0].offset_ms, -200, 1e-9);
    EXPECT_THAT(all[0].text, HasSubstr("200 ms late"));
    EXPECT_THAT(
        kinds(markers(steady(-200), Standard::all)),
        ElementsAre(MarkerKind::leaves_limit, MarkerKind::leaves_limit, MarkerKind::near_limit));
}

TEST(Markers, NearTheLimitIsSaidSo) {
    const auto all = markers(steady(33));
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::near_limit));
    EXPECT_THAT(all[0].text, HasSubstr("33 ms early"));
}

TEST(Markers, AJumpLeavesTheLimit) {
    const auto all = markers(jumping(200));
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::leaves_limit, MarkerKind::jump));
    EXPECT_NEAR(static_cast<double>(all[0].frames.from), 250, 25);
    EXPECT_EQ(all[1].frames, (Interval{250, 251}));
    EXPECT_THAT(all[1].text, HasSubstr("before, it is in place, from here on 200 ms late"));
}

// As the analysis takes it where there are few parts: a line through both.
TEST(Markers, AStepThatWasTakenForADriftIsAJump) {
    auto a = jumping(200);
    a.voice.jumps.clear();
    a.voice.drift = score::Drift{.ms_per_s = -18, .error = 3, .significant = true};
    const auto all = markers(a);
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::leaves_limit, MarkerKind::jump));
    EXPECT_NEAR(static_cast<double>(all[1].frames.from), 250, 13);
}

TEST(Markers, AJumpOfNothingIsNone) {
    auto a = steady(0);
    a.voice.jumps = {{.frame = 100, .from = 1, .to = 1}};
    EXPECT_THAT(markers(a), IsEmpty());
}

TEST(Markers, BackInsideIsAMoment) {
    auto a = made_analysis(750, [](std::int64_t f) { return f >= 250 && f < 500 ? 120.0 : 0.0; });
    a.voice.passages = {passage({0, 250}, 0), passage({250, 500}, 120), passage({500, 750}, 0)};
    const auto all = markers(a);
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::leaves_limit, MarkerKind::jump,
                                        MarkerKind::reenters_limit, MarkerKind::jump));
    EXPECT_EQ(all[2].frames, (Interval{all[0].frames.to, all[0].frames.to + 1}));
}

TEST(Markers, ADriftHasItsLength) {
    auto a = made_analysis(500, [](std::int64_t f) { return static_cast<double>(f) * 0.6; });
    a.voice.passages = {passage({0, 500}, 150)};
    a.voice.drift = score::Drift{.ms_per_s = 15, .error = 0.5, .significant = true};
    const auto all = markers(a);
    ASSERT_THAT(kinds(all),
                ElementsAre(MarkerKind::drift, MarkerKind::near_limit, MarkerKind::leaves_limit));
    EXPECT_EQ(all[0].frames, (Interval{0, 500}));
    EXPECT_LT(all[2].frames.from, 125);  // 60 ms at 100, and as much as is uncertain
}

TEST(Markers, APartOfAnotherVoice) {
    auto a = steady(0, 500);
    a.voice.passages = {passage({0, 200}, 0), passage({200, 300}, 400, false),
                        passage({300, 500}, 0)};
    const auto all = markers(a);
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::voice_mismatch));
    EXPECT_EQ(all[0].frames, (Interval{200, 300}));
    a.voice.passages[1] = passage({200, 210}, 400, false);  // too short to be a part
    EXPECT_THAT(markers(a), IsEmpty());
}

TEST(Markers, AVoiceThatIsAnothersThroughout) {
    auto a = steady(0);
    a.verdict.reasons = {{score::Reason::voice_does_not_match, ""}};
    EXPECT_THAT(kinds(markers(a)), ElementsAre(MarkerKind::voice_mismatch));
}

TEST(Markers, SpeechWithoutLipsIsInformation) {
    auto a = steady(0);
    a.tracks[0].read = {{0, 100}, {180, 200}};
    const auto all = markers(a);
    ASSERT_THAT(kinds(all), ElementsAre(MarkerKind::lips_unseen, MarkerKind::lips_unseen));
    EXPECT_EQ(all[0].frames, (Interval{100, 180}));
    EXPECT_EQ(all[1].frames, (Interval{200, 250}));
}

TEST(Stretches, ATrembleAtTheLimitLeavesItOnce) {
    std::vector<OffsetPoint> points;
    std::int64_t frame = 0;
    for (const double ms : {0.0, 50.0, 70.0, 55.0, 70.0, 50.0, 10.0}) {
        points.push_back({.frames = {frame, frame + 25}, .offset_ms = ms});
        frame += 25;
    }
    const auto all = stretches(points, limit(LimitId::r37));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].place, Place::outside);
    EXPECT_EQ(all[1].frames, (Interval{25, 150}));
    EXPECT_EQ(all[1].worst_ms, 70);
    EXPECT_EQ(all[2].first_ms, 10);
}

TEST(Stretches, EachSideOfALimitIsItsOwn) {
    std::vector<OffsetPoint> points;
    std::int64_t frame = 0;
    for (const double ms : {35.0, 38.0, 35.0, -170.0, -70.0, 70.0}) {
        points.push_back({.frames = {frame, frame + 25}, .offset_ms = ms});
        frame += 25;
    }
    const auto all = stretches(points, limit(LimitId::r37));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].place, Place::near);
    EXPECT_EQ(all[1].frames, (Interval{75, 125}));
    EXPECT_EQ(all[2].worst_ms, 70);
}

TEST(Stretches, WithoutTakesAwayWhatIsCovered) {
    const std::vector<Interval> all{{0, 100}, {200, 300}};
    EXPECT_THAT(without(all, {{250, 400}, {20, 30}, {25, 50}}),
                ElementsAre(Interval{0, 20}, Interval{50, 100}, Interval{200, 250}));
    EXPECT_THAT(without(all, {}), ElementsAre(Interval{0, 100}, Interval{200, 300}));
    EXPECT_THAT(without(all, {{0, 300}}), IsEmpty());
}

}  // namespace
}  // namespace syncnet::report
