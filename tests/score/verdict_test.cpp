#include "score/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::score {
namespace {

using testing::Contains;
using testing::ElementsAre;

// The published model's constants (DESIGN): (3, 10.02, 5.35) scores 0.91.
constexpr Calibration kOfficial{.intercept = 4.374,
                                .confidence_weight = 0.263,
                                .min_dist_weight = -0.583,
                                .offset_width = 11,
                                .offset_power = 2,
                                .min_speech_seconds = 0.4,
                                .min_face_seconds = 1.0};
constexpr Evidence kEnough{
    .has_audio = true, .seconds = 4, .face_seconds = 4, .any_face = true, .speech_seconds = 3};

sync::SyncResult result(int offset, double confidence, double min_dist) {
    return {.offset_frames = offset, .confidence = confidence, .min_dist = min_dist};
}

Verdict verdict(const sync::SyncResult& r) {
    return judge(r, kEnough, kOfficial, {});
}

TEST(Score, IsTheSeedsFormula) {
    EXPECT_NEAR(score(result(3, 10.02, 5.35), kOfficial), 0.91, 0.005);
}

TEST(Verdict, InSyncIsAllowed) {
    const auto v = verdict(result(0, 10, 5));
    EXPECT_EQ(v.decision, Decision::allow);
    EXPECT_THAT(v.reasons, ElementsAre(Reason::in_sync));
}

TEST(Verdict, AGoodFitAtAnotherTimeIsNotAllowed) {
    const auto v = verdict(result(3, 10.02, 5.35));
    EXPECT_EQ(v.decision, Decision::next);
    EXPECT_THAT(v.reasons, ElementsAre(Reason::offset_too_large));
    EXPECT_EQ(verdict(result(12, 10, 5)).decision, Decision::block);
    EXPECT_THAT(verdict(result(12, 10, 5)).reasons, ElementsAre(Reason::offset_too_large));
}

TEST(Verdict, AnotherVoiceIsBlocked) {
    const auto v = verdict(result(-7, 1.2, 12.5));
    EXPECT_EQ(v.decision, Decision::block);
    EXPECT_THAT(v.reasons, ElementsAre(Reason::voice_does_not_match));
}

struct Lack {
    Evidence evidence;
    Reason reason;
};

class NotEnough : public testing::TestWithParam<Lack> {};

TEST_P(NotEnough, IsNextWithAReasonAndNoNumber) {
    const auto v = judge(result(0, 10, 5), GetParam().evidence, kOfficial, {});
    EXPECT_EQ(v.decision, Decision::next);
    EXPECT_FALSE(v.score);
    EXPECT_THAT(v.reasons, Contains(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Evidence, NotEnough,
    testing::Values(Lack{{.has_audio = false, .seconds = 4, .face_seconds = 4, .any_face = true},
                         Reason::no_audio},
                    Lack{{.has_audio = true, .seconds = 4}, Reason::no_face},
                    Lack{{.has_audio = true, .seconds = 4, .face_seconds = 4, .any_face = true},
                         Reason::no_speech},
                    Lack{{.has_audio = true, .seconds = 0.2, .face_seconds = 0.2, .any_face = true},
                         Reason::too_short},
                    Lack{{.has_audio = true,
                          .seconds = 4,
                          .face_seconds = 0.4,
                          .any_face = true,
                          .speech_seconds = 0.4},
                         Reason::mouth_not_visible}));

TEST(Verdict, NothingMeasuredIsNext) {
    EXPECT_EQ(judge(std::nullopt, kEnough, kOfficial, {}).decision, Decision::next);
    EXPECT_FALSE(judge(std::nullopt, kEnough, kOfficial, {}).reasons.empty());
}

}  // namespace
}  // namespace syncnet::score
