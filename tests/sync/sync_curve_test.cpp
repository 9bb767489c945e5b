#include "sync/sync_curve.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace syncnet::sync {
namespace {

SyncCurve flat(int reach, double distance) {
    SyncCurve curve(reach);
    std::ranges::fill(curve.mean_distance, distance);
    std::ranges::fill(curve.weight, 50);
    return curve;
}

TEST(SyncCurve, NothingIsReadWhereNothingWasMeasured) {
    EXPECT_FALSE(read_curve(SyncCurve(kPublishedReach)));
    EXPECT_FALSE(read_curve(SyncCurve()));
    EXPECT_FALSE(read_curve_at(flat(10, 9), 11));
}

TEST(SyncCurve, OffsetBetweenFramesLeansToTheNearerNeighbour) {
    SyncCurve curve = flat(kPublishedReach, 10);
    curve.mean_distance[curve.shift_of(0)] = 5;
    curve.mean_distance[curve.shift_of(-1)] = 6;  // a later audio fits nearly as well
    const auto result = read_curve(curve);
    EXPECT_EQ(result->offset_frames, 0);
    EXPECT_LT(result->fine_offset_frames, 0);
    EXPECT_GE(result->fine_offset_frames, -0.5);
}

TEST(SyncCurve, ConfidenceIsThatOfThePublishedRangeHoweverFarIsSearched) {
    SyncCurve wide = flat(65, 20);
    SyncCurve narrow = flat(kPublishedReach, 20);
    for (int near = -kPublishedReach; near <= kPublishedReach; ++near) {
        narrow.mean_distance[narrow.shift_of(near)] = 12 + 0.01 * near;
        wide.mean_distance[wide.shift_of(30 + near)] = 12 + 0.01 * near;
    }
    narrow.mean_distance[narrow.shift_of(0)] = wide.mean_distance[wide.shift_of(30)] = 7;
    EXPECT_EQ(read_curve(wide)->offset_frames, 30);
    EXPECT_DOUBLE_EQ(read_curve(wide)->confidence, read_curve(narrow)->confidence);
    EXPECT_DOUBLE_EQ(read_curve_at(wide, 30)->min_dist, 7);
    // At the very end there are no neighbours on one side, and it is a number all the same.
    EXPECT_TRUE(read_curve_at(wide, 65));
    EXPECT_DOUBLE_EQ(read_curve_at(wide, -65)->confidence, 0);
}

}  // namespace
}  // namespace syncnet::sync
