// A decision is earned: ALLOW and BLOCK by evidence, everything else is NEXT with its reason.
#include "score/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "score/rate_mix_up.h"
#include "score/sentences.h"

namespace syncnet::score {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kMaxOffset = 50;

// The published model's constants (DESIGN): (3, 10.02, 5.35) scores 0.91.
const Calibration kPublished{.intercept = 4.374,
                             .confidence_weight = 0.263,
                             .min_dist_weight = -0.583,
                             .offset_width = 11,
                             .offset_power = 2,
                             .min_speech_seconds = 0.5,
                             .min_face_seconds = 1.0};
const Calibration kBundled{.intercept = 39,
                           .confidence_weight = 0.5,
                           .min_dist_weight = -4,
                           .evidence_half = 40,
                           .offset_width = 5,
                           .offset_power = 6,
                           .min_speech_seconds = 0.5,
                           .min_face_seconds = 1.0,
                           .mismatch_fit = 0.08,
                           .mismatch_seconds = 2,
                           .pairs = PairStatistics{.advantage = 9, .nats = 0.04}};
constexpr Evidence kEnough{
    .has_audio = true, .any_face = true, .seconds = 8, .speech = 7, .seen = 7, .readable = 7};

Voice voice(int offset, double confidence, double min_dist, double seconds,
            const Calibration& calibration = kBundled) {
    Voice v{.result = sync::SyncResult{.offset_frames = offset,
                                       .fine_offset_frames = static_cast<double>(offset),
                                       .confidence = confidence,
                                       .min_dist = min_dist,
                                       .evidence = seconds * 25},
            .faces = 1,
            .evidence_seconds = seconds,
            .fitting_seconds = seconds,
            .compared_seconds = seconds};
    v.fitting = v.result;
    return rescored(v, calibration);
}

Verdict verdict(const Voice& v, const Evidence& e = kEnough, const Calibration& c = kBundled) {
    return judge(v, e, c, {}, kMaxOffset);
}

std::vector<Reason> reasons(const Verdict& v) {
    std::vector<Reason> found;
    for (const Why& why : v.reasons) {
        EXPECT_FALSE(why.sentence.empty()) << to_string(why.reason);
        found.push_back(why.reason);
    }
    return found;
}

TEST(Score, IsTheSeedsFormulaForThePublishedModel) {
    const Voice v = voice(3, 10.02, 5.35, 4, kPublished);
    EXPECT_NEAR(v.score, 0.91, 0.005);
    EXPECT_EQ(voice(3, 10.02, 5.35, 0.1, kPublished).score, v.score) << "knows no evidence";
}

TEST(Score, LittleEvidenceSaysLittle) {
    EXPECT_NEAR(voice(0, 9, 5, 0.01).fit, 0.5, 0.05);
    EXPECT_LT(voice(0, 9, 5, 1).fit, voice(0, 9, 5, 4).fit);
    EXPECT_GT(voice(0, 1, 14, 1).fit, voice(0, 1, 14, 4).fit);
    EXPECT_LT(voice(40, 6, 8.5, 2).fit, voice(0, 6, 8.5, 2).fit) << "far minima must be clearer";
}

TEST(Verdict, InSyncIsAllowed) {
    const auto v = verdict(voice(1, 9, 6, 4));
    EXPECT_EQ(v.decision, Decision::allow);
    EXPECT_THAT(reasons(v), ElementsAre(Reason::in_sync));
}

TEST(Verdict, AnotherVoiceIsBlockedOnceItIsSure) {
    const auto v = verdict(voice(-7, 2, 14, 4));
    EXPECT_EQ(v.decision, Decision::block);
    EXPECT_THAT(reasons(v), ElementsAre(Reason::voice_does_not_match));
    // The same with less to go by, or less clearly, is no reason to accuse anybody.
    const auto little = verdict(voice(-7, 2, 14, 1.2));
    EXPECT_EQ(little.decision, Decision::next);
    EXPECT_THAT(reasons(little), ElementsAre(Reason::too_little_speech));
    const auto unclear = verdict(voice(0, 5, 10.3, 4));
    EXPECT_EQ(unclear.decision, Decision::next);
    EXPECT_THAT(reasons(unclear), ElementsAre(Reason::uncertain));
}

TEST(Verdict, AGoodFitAtAnotherTimeIsNotAllowed) {
    const auto near = verdict(voice(3, 9, 6, 4));
    EXPECT_EQ(near.decision, Decision::next);
    EXPECT_THAT(reasons(near), ElementsAre(Reason::offset_too_large));
    const auto far = verdict(voice(-20, 9, 6, 4));
    EXPECT_EQ(far.decision, Decision::block);
    EXPECT_THAT(reasons(far), ElementsAre(Reason::offset_too_large));
    EXPECT_THAT(far.reasons[0].sentence, HasSubstr("800 ms too late"));
    Voice beyond = voice(-51, 9, 6, 4);
    beyond.beyond_range = true;
    const auto edge = verdict(beyond);
    EXPECT_THAT(reasons(edge), ElementsAre(Reason::offset_too_large, Reason::offset_at_edge));
    EXPECT_THAT(edge.reasons[0].sentence, HasSubstr("more than 2000 ms"));
}

// What is late is not another's: that nobody expects so large an offset is no reason to accuse.
TEST(Verdict, AnUnlikelyOffsetIsNotAnotherVoice) {
    const Voice v = voice(-47, 5.2, 9.6, 2.2);
    ASSERT_LT(v.fit, kBundled.mismatch_fit);
    EXPECT_EQ(verdict(v).decision, Decision::next);
    EXPECT_THAT(reasons(verdict(v)), ElementsAre(Reason::uncertain));
    Voice beyond = voice(-56, 2, 13, 4);
    beyond.beyond_range = true;
    EXPECT_EQ(verdict(beyond).decision, Decision::next);
    EXPECT_THAT(reasons(verdict(beyond)), ElementsAre(Reason::uncertain, Reason::offset_at_edge));
}

TEST(Verdict, ThePublishedModelsRuleStays) {
    EXPECT_EQ(verdict(voice(0, 10, 5, 4, kPublished), kEnough, kPublished).decision,
              Decision::allow);
    EXPECT_EQ(verdict(voice(3, 10.02, 5.35, 4, kPublished), kEnough, kPublished).decision,
              Decision::next);
    EXPECT_EQ(verdict(voice(0, 1.2, 12.5, 4, kPublished), kEnough, kPublished).decision,
              Decision::block);
}

TEST(Verdict, APartThatDoesNotMatchIsToldWithItsSeconds) {
    Voice v = voice(0, 7, 8, 6);
    v.fitting_seconds = 4;
    v.mismatched_seconds = 2;
    v.passages = {{.frames = {0, 100}, .fits = true, .evidence_seconds = 4},
                  {.frames = {100, 150}, .fits = false, .evidence_seconds = 2}};
    const auto part = verdict(v);
    EXPECT_EQ(part.decision, Decision::next);
    EXPECT_THAT(reasons(part), ElementsAre(Reason::part_does_not_match));
    EXPECT_THAT(part.reasons[0].sentence, HasSubstr("from 4.0 s to 6.0 s"));
    v.fitting_seconds = 1.5;
    v.mismatched_seconds = 4.5;
    EXPECT_EQ(verdict(v).decision, Decision::block);
}

TEST(Verdict, ADriftAndAJumpAreTold) {
    Voice v = voice(0, 9, 6, 8);
    v.passages = {{.frames = {0, 200}, .fits = true, .evidence_seconds = 8}};
    v.drift = Drift{.ms_per_s = -30, .error = 1, .significant = true};
    const auto drifts = verdict(v);
    EXPECT_EQ(drifts.decision, Decision::next);
    EXPECT_THAT(reasons(drifts), ElementsAre(Reason::drifts));
    EXPECT_THAT(drifts.reasons[0].sentence, HasSubstr("too slow"));
    v.drift->ms_per_s = -2;  // 8 ms to either side: nobody notices
    EXPECT_EQ(verdict(v).decision, Decision::allow);
    v.drift.reset();
    v.passages = {{.frames = {0, 100}, .fits = true},
                  {.frames = {100, 200}, .offset_frames = -9, .fits = true}};
    v.jumps = {{.frame = 100, .from = 0, .to = -9}};
    const auto jumps = verdict(v);
    EXPECT_THAT(reasons(jumps), ElementsAre(Reason::jumps));
    EXPECT_THAT(jumps.reasons[0].sentence, HasSubstr("at 4.0 s from in place to 360 ms late"));
}

TEST(Verdict, MixedUpRatesAreNamed) {
    // Of a second of images, audio at 25/24 of its speed has said 1/25 s more.
    const Drift fast{.ms_per_s = 40.2, .error = 0.2};
    EXPECT_EQ(rate_mix_up(fast)->what, "25 frames a second played as 24");
    EXPECT_DOUBLE_EQ(speed_of(fast), 25.0 / 24);
    EXPECT_THAT(std::string(rate_mix_up({.ms_per_s = -1.0, .error = 0.05})->what),
                HasSubstr("23.976"));
    EXPECT_FALSE(rate_mix_up({.ms_per_s = 20, .error = 0.4}));
    EXPECT_NEAR(speed_of({.ms_per_s = 20, .error = 0.4}), 1 / 0.98, 1e-12);
    EXPECT_FALSE(rate_mix_up({.ms_per_s = 1, .error = 2})) << "too uncertain to name anything";
}

struct Lack {
    Evidence evidence;
    Reason reason;
};

class NotEnough : public testing::TestWithParam<Lack> {};

TEST_P(NotEnough, IsNextWithItsReasonAndNoNumber) {
    for (const Calibration& c : {kBundled, kPublished}) {
        const auto v = judge(voice(0, 10, 5, 0.1, c), GetParam().evidence, c, {}, kMaxOffset);
        EXPECT_EQ(v.decision, Decision::next);
        EXPECT_FALSE(v.score);
        EXPECT_THAT(reasons(v), ElementsAre(GetParam().reason));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Evidence, NotEnough,
    testing::Values(
        Lack{{.has_audio = false, .any_face = true, .seconds = 4}, Reason::no_audio},
        Lack{{.has_audio = true, .seconds = 4, .speech = 3}, Reason::no_face},
        Lack{{.has_audio = true, .any_face = true, .seconds = 4}, Reason::no_speech},
        Lack{{.has_audio = true, .any_face = true, .seconds = 0.5, .speech = 0.5, .readable = 0.5},
             Reason::too_short},
        Lack{{.has_audio = true,
              .any_face = true,
              .seconds = 4,
              .speech = 0.4,
              .seen = 0.4,
              .readable = 0.4},
             Reason::too_little_speech},
        Lack{{.has_audio = true,
              .any_face = true,
              .seconds = 4,
              .speech = 3,
              .seen = 3,
              .readable = 0.2},
             Reason::mouth_not_visible}));

TEST(Verdict, LipsThatKeepStillAreBlocked) {
    const Evidence photo{.has_audio = true,
                         .any_face = true,
                         .seconds = 5,
                         .speech = 4,
                         .seen = 4,
                         .readable = 4,
                         .still = 4};
    const auto v = judge({}, photo, kBundled, {}, kMaxOffset);
    EXPECT_EQ(v.decision, Decision::block);
    EXPECT_FALSE(v.score);
    EXPECT_THAT(reasons(v), ElementsAre(Reason::lips_do_not_move));
    Evidence short_photo = photo;
    short_photo.still = short_photo.speech = short_photo.readable = 1;
    EXPECT_EQ(judge({}, short_photo, kBundled, {}, kMaxOffset).decision, Decision::next);
}

TEST(Verdict, AFileThatIsCutOffIsToldBesideTheRest) {
    Evidence cut = kEnough;
    cut.cut_off = true;
    const auto v = verdict(voice(0, 9, 6, 4), cut);
    EXPECT_EQ(v.decision, Decision::allow);
    EXPECT_THAT(reasons(v), ElementsAre(Reason::in_sync, Reason::file_cut_off));
}

TEST(Reasons, HaveCodesOfTheirOwn) {
    for (int i = 0; i <= static_cast<int>(kLastReason); ++i)
        for (int j = 0; j < i; ++j)
            EXPECT_NE(to_string(static_cast<Reason>(i)), to_string(static_cast<Reason>(j)));
}

// ---- before the end

Calibration early() {
    Calibration c = kBundled;
    c.early = {.allow = 0.97, .allow_seconds = 1.2, .mismatch_seconds = 2.5};
    return c;
}

bool settled(const Voice& v, const Calibration& c = early()) {
    return is_settled(verdict(v, kEnough, c), v, c);
}

TEST(Settled, OnceItIsSurerThanAtTheEnd) {
    const Voice sure = voice(0, 9, 6, 2, early());
    ASSERT_EQ(verdict(sure, kEnough, early()).decision, Decision::allow);
    EXPECT_TRUE(settled(sure));
    EXPECT_FALSE(settled(voice(0, 9, 6, 1, early()))) << "too little evidence";
    Calibration strict = early();
    strict.early->allow = 0.999'999;
    EXPECT_FALSE(settled(sure, strict));
}

TEST(Settled, AnotherVoiceTakesMoreThanABlockAtTheEnd) {
    const Voice other = voice(7, 1, 14, 3, early());
    ASSERT_EQ(verdict(other, kEnough, early()).decision, Decision::block);
    EXPECT_TRUE(settled(other));
    EXPECT_FALSE(settled(voice(7, 1, 14, 2.2, early())));
}

TEST(Settled, NeverWithoutACalibrationForIt) {
    EXPECT_FALSE(settled(voice(0, 9, 6, 7, kBundled), kBundled));
}

TEST(Settled, WhatTheRestMayChangeIsNot) {
    EXPECT_FALSE(settled(voice(12, 9, 6, 5, early()))) << "an offset";
    EXPECT_FALSE(settled(voice(0, 3, 10, 5, early()))) << "doubt";
}

}  // namespace
}  // namespace syncnet::score
