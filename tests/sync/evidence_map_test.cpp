// Only pairs of speech and a readable mouth are evidence; the rest lowers its amount, never the
// fit.
#include "sync/evidence_map.h"

#include <gtest/gtest.h>

#include "made_embeddings.h"
#include "sync/lip_motion.h"

namespace syncnet::sync {
namespace {

constexpr int kReach = 30;
const FrameWeights kAll{.first_frame = 0, .values = {}, .elsewhere = 1};

EvidenceMap map_of(const Embeddings& lips, const Embeddings& audio,
                   const FrameWeights& readable = kAll, const FrameWeights& speech = kAll,
                   const DistanceScale& scale = {}) {
    return {lips, audio, readable, speech, scale, kReach};
}

FrameWeights weights(std::int64_t count, std::int64_t from, std::int64_t to) {
    FrameWeights w{.first_frame = 0, .values = std::vector<float>(count, 0.0F)};
    std::fill(w.values.begin() + from, w.values.begin() + to, 1.0F);
    return w;
}

TEST(EvidenceMap, FindsWhereTheAudioBelongs) {
    const Embeddings lips = random_embeddings(7, 90, 1);
    for (const int delay : {-28, -15, -1, 0, 3, 15, 28}) {
        Embeddings audio = lips;
        audio.first_frame += delay;  // what is said in frame i is heard in frame i + delay
        const auto result = read_curve(map_of(lips, audio).curve());
        ASSERT_TRUE(result);
        EXPECT_EQ(result->offset_frames, -delay) << "a delayed audio does not lead";
        EXPECT_GT(result->confidence, 1.0);
        EXPECT_NEAR(result->evidence, 90, 1e-3);
    }
}

TEST(EvidenceMap, ScaleIsAffine) {
    const Embeddings lips = random_embeddings(0, 60, 1), audio = random_embeddings(0, 60, 2);
    const auto plain = read_curve(map_of(lips, audio).curve());
    const auto scaled =
        read_curve(map_of(lips, audio, kAll, kAll, {.gain = 10, .shift = 3}).curve());
    EXPECT_NEAR(scaled->min_dist, 10 * plain->min_dist + 3, 1e-4);
    EXPECT_NEAR(scaled->confidence, 10 * plain->confidence, 1e-4);
}

TEST(EvidenceMap, WithoutPairsThereIsNoCurve) {
    const Embeddings audio = random_embeddings(0, 60, 2);
    EXPECT_FALSE(read_curve(map_of({}, {}).curve()));
    EXPECT_FALSE(read_curve(map_of(random_embeddings(0, 4, 1), audio).curve()));
    EXPECT_FALSE(read_curve(map_of(random_embeddings(500, 30, 1), audio).curve()));
    EXPECT_FALSE(read_curve(map_of(audio, audio, weights(60, 0, 0)).curve()));
}

// Half of the clip is silent, or the mouth is covered: less evidence, the same distance.
TEST(EvidenceMap, WhatIsMissingLowersTheEvidenceAndNotTheFit) {
    const Embeddings lips = random_embeddings(0, 100, 1);
    Embeddings audio = lips;
    const Embeddings noise = random_embeddings(0, 100, 3);
    for (std::int64_t i = 50; i < 100; ++i) copy_row(noise, i, audio, i);
    const auto whole = read_curve(map_of(lips, lips).curve());
    const auto spoilt = read_curve(map_of(lips, audio).curve());
    const auto muted = read_curve(map_of(lips, audio, kAll, weights(100, 0, 50)).curve());
    const auto covered = read_curve(map_of(lips, audio, weights(100, 0, 50)).curve());
    EXPECT_GT(spoilt->min_dist, whole->min_dist + 0.4);
    for (const auto& result : {muted, covered}) {
        EXPECT_EQ(result->offset_frames, 0);
        EXPECT_NEAR(result->evidence, 50, 1e-3);
        EXPECT_LT(result->min_dist, whole->min_dist + 0.15);  // the prior pairs count for more
    }
}

TEST(EvidenceMap, WhatIsNotReliableCountsLess) {
    const Embeddings lips = random_embeddings(0, 60, 1);
    Embeddings audio = lips;
    const Embeddings other = random_embeddings(0, 60, 3);
    for (std::int64_t i = 30; i < 60; ++i) copy_row(other, i, audio, i);
    const auto equal = read_curve(map_of(lips, audio).curve());
    audio.reliability.assign(60, 1.0F);
    std::fill(audio.reliability.begin() + 30, audio.reliability.end(), 0.1F);
    const auto weighed = read_curve(map_of(lips, audio).curve());
    EXPECT_LT(weighed->min_dist, equal->min_dist - 0.2);
    EXPECT_NEAR(equal->evidence, 60, 1e-3);
    EXPECT_NEAR(weighed->evidence, 33, 1e-3);
}

TEST(EvidenceMap, StepsAreThoseOfTheClip) {
    const Embeddings lips = random_embeddings(12, 40, 1);
    const EvidenceMap map = map_of(lips, lips);
    EXPECT_EQ(map.first_step(), 2);
    EXPECT_EQ(map.end_step(), 11);  // frame 51 lies in step 10
    EXPECT_TRUE(map.step(1).empty());
    EXPECT_TRUE(map.step(11).empty());
    EXPECT_NEAR(map.step(2)[map.shift_of(0)].weight, 3, 1e-6);  // frames 12, 13, 14
    EXPECT_NEAR(map.step(5)[map.shift_of(0)].weight, 5, 1e-6);
    EXPECT_LT(read_curve(map.curve(3, 6))->min_dist, 0.6);
}

TEST(LipMotion, APhotographHasNone) {
    Embeddings still{.first_frame = 2, .dimensions = kMadeSize};
    const Embeddings one = random_embeddings(0, 1, 1);
    for (int i = 0; i < 20; ++i)
        still.values.insert(still.values.end(), one.values.begin(), one.values.end());
    for (const float motion : lip_motion(still)) EXPECT_LT(motion, kStillMouth);
    for (const float motion : lip_motion(random_embeddings(0, 20, 1)))
        EXPECT_GT(motion, kStillMouth);
    EXPECT_TRUE(lip_motion({}).empty());
    EXPECT_EQ(lip_motion(one).size(), 1);
}

}  // namespace
}  // namespace syncnet::sync
