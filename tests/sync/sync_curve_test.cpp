#include "sync/sync_curve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace syncnet::sync {
namespace {

// Unit vectors that have nothing to do with each other, one per frame.
Embeddings random_embeddings(std::int64_t first, std::int64_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    Embeddings e{.first_frame = first};
    for (std::int64_t i = 0; i < count; ++i) {
        std::vector<float> row(kEmbeddingSize);
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
        EXPECT_NEAR(result->min_dist, 0, 1e-3);
        EXPECT_NEAR(result->confidence, std::sqrt(2.0), 0.1);
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

TEST(SyncCurve, AWindowSeesOnlyItsFrames) {
    const Embeddings lips = random_embeddings(0, 80, 1);
    Embeddings sound = lips;
    // The second half of the sound is something else.
    const Embeddings other = random_embeddings(0, 80, 3);
    std::copy(other.values.begin() + 40 * kEmbeddingSize, other.values.end(),
              sound.values.begin() + 40 * kEmbeddingSize);
    EXPECT_NEAR(read_curve(sync_curve(lips, sound, {}, 0, 40))->min_dist, 0, 1e-3);
    EXPECT_GT(read_curve(sync_curve(lips, sound, {}, 40, 80))->min_dist, 1);
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
