#include "sync/sync_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace syncnet::sync {
namespace {

constexpr std::size_t kSize = 128;

// Unit vectors that have nothing to do with each other, one per frame.
Embeddings random_embeddings(std::int64_t first, std::int64_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    Embeddings e{.first_frame = first, .dimensions = kSize};
    for (std::int64_t i = 0; i < count; ++i) {
        std::vector<float> row(kSize);
        float squares = 0;
        for (float& v : row) {
            v = normal(engine);
            squares += v * v;
        }
        for (const float v : row) e.values.push_back(v / std::sqrt(squares));
    }
    return e;
}

TEST(SyncCurve, FindsWhereTheSoundBelongs) {
    const Embeddings lips = random_embeddings(5, 60, 1);
    for (const int delay : {-15, -10, -1, 0, 3, 15}) {
        Embeddings sound = lips;
        sound.first_frame += delay;  // what is said in frame i is heard in frame i + delay
        const auto result = read_curve(sync_curve(lips, sound, {}));
        ASSERT_TRUE(result);
        EXPECT_EQ(result->offset_frames, -delay) << "a delayed sound does not lead";
        // Unrelated unit vectors lie sqrt(2) apart; the prior pairs do so too.
        EXPECT_LT(result->min_dist, std::sqrt(2.0) * kPriorPairs / (40 + kPriorPairs));
        EXPECT_GT(result->confidence, 1.0);
    }
}

TEST(SyncCurve, ScaleIsAffine) {
    const Embeddings lips = random_embeddings(0, 40, 1);
    const Embeddings sound = random_embeddings(0, 40, 2);
    const auto plain = read_curve(sync_curve(lips, sound, {}));
    const auto scaled = read_curve(sync_curve(lips, sound, {.gain = 10, .shift = 3}));
    EXPECT_NEAR(scaled->min_dist, 10 * plain->min_dist + 3, 1e-9);
    EXPECT_NEAR(scaled->confidence, 10 * plain->confidence, 1e-9);
    EXPECT_EQ(scaled->offset_frames, plain->offset_frames);
}

TEST(SyncCurve, TooFewPairsAreNoAnswer) {
    const Embeddings sound = random_embeddings(0, 40, 2);
    EXPECT_FALSE(read_curve(sync_curve(random_embeddings(0, 4, 1), sound, {})));
    EXPECT_FALSE(read_curve(sync_curve(random_embeddings(100, 30, 1), sound, {})));
    EXPECT_FALSE(read_curve(sync_curve({}, {}, {})));
    // Short of frames at the far ends only.
    const auto curve = sync_curve(random_embeddings(0, 10, 1), random_embeddings(0, 10, 2), {});
    EXPECT_TRUE(std::isnan(curve.mean_distance.front()));
    EXPECT_FALSE(std::isnan(curve.mean_distance[kMaxOffset]));
    EXPECT_EQ(curve.pairs[kMaxOffset], 10);
}

// Three frames less overlap than the truth, and nearer by chance: still not the answer.
TEST(SyncCurve, FewPairsNeedABetterFit) {
    const Embeddings lips = random_embeddings(0, 20, 1);
    Embeddings sound = random_embeddings(0, 20, 2);
    const auto blend = [&](std::int64_t lip, std::int64_t heard, float share) {
        const auto from = lips.row(lip);
        float* to = sound.values.data() + static_cast<std::size_t>(heard) * kSize;
        float squares = 0;
        for (std::size_t k = 0; k < kSize; ++k) {
            to[k] = share * from[k] + (1 - share) * to[k];
            squares += to[k] * to[k];
        }
        for (std::size_t k = 0; k < kSize; ++k) to[k] /= std::sqrt(squares);
    };
    for (std::int64_t i = 5; i < 20; ++i) blend(i, i, 0.5F);
    for (std::int64_t i = 15; i < 20; ++i) blend(i, i - 15, 0.6F);
    EXPECT_EQ(read_curve(sync_curve(lips, sound, {}))->offset_frames, 0);
}

TEST(SyncCurve, AWindowSeesOnlyItsFrames) {
    const Embeddings lips = random_embeddings(0, 80, 1);
    Embeddings sound = lips;
    // The second half of the sound is something else.
    const Embeddings other = random_embeddings(0, 80, 3);
    std::copy(other.values.begin() + 40 * kSize, other.values.end(),
              sound.values.begin() + 40 * kSize);
    EXPECT_LT(read_curve(sync_curve(lips, sound, {}, 0, 40))->min_dist, 0.4);
    EXPECT_GT(read_curve(sync_curve(lips, sound, {}, 40, 80))->min_dist, 1);
}

// Half of the clip has another voice in it; it says of itself that it is not to be relied on.
TEST(SyncCurve, WhatIsNotReliableCountsLess) {
    const Embeddings lips = random_embeddings(0, 60, 1);
    Embeddings sound = lips;
    const Embeddings other = random_embeddings(0, 60, 3);
    std::copy(other.values.begin() + 30 * kSize, other.values.end(),
              sound.values.begin() + 30 * kSize);
    const auto equal = read_curve(sync_curve(lips, sound, {}));
    sound.reliability.assign(60, 1.0F);
    EXPECT_EQ(read_curve(sync_curve(lips, sound, {}))->min_dist, equal->min_dist);
    std::fill(sound.reliability.begin() + 30, sound.reliability.end(), 0.1F);
    const auto weighed = read_curve(sync_curve(lips, sound, {}));
    EXPECT_LT(weighed->min_dist, equal->min_dist - 0.2);
    EXPECT_GT(weighed->confidence, equal->confidence + 0.2);
    EXPECT_NEAR(equal->evidence, 60, 1e-3);
    EXPECT_NEAR(weighed->evidence, 33, 1e-3);
    EXPECT_EQ(weighed->pairs, 60);
}

TEST(SyncCurve, OffsetBetweenFramesLeansToTheNearerNeighbour) {
    SyncCurve curve;
    curve.mean_distance.fill(10);
    curve.mean_distance[kMaxOffset] = 5;
    curve.mean_distance[kMaxOffset + 1] = 6;  // a later sound fits nearly as well
    const auto result = read_curve(curve);
    EXPECT_EQ(result->offset_frames, 0);
    EXPECT_LT(result->fine_offset_frames, 0);
    EXPECT_GE(result->fine_offset_frames, -0.5);
}

}  // namespace
}  // namespace syncnet::sync
