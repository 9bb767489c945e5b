#include "sync/offset_segments.h"

#include <gtest/gtest.h>

#include <cmath>

namespace syncnet::sync {
namespace {

// A window whose lips fit the sound at `offset`, by `depth`.
SyncCurve window(int offset, double depth = 6) {
    SyncCurve curve;
    curve.mean_distance.fill(14);
    curve.mean_distance[static_cast<std::size_t>(kMaxOffset - offset)] = 14 - depth;
    return curve;
}

std::vector<SyncCurve> windows(std::initializer_list<std::pair<int, int>> counts_and_offsets) {
    std::vector<SyncCurve> all;
    for (const auto& [count, offset] : counts_and_offsets)
        for (int i = 0; i < count; ++i) all.push_back(window(offset));
    return all;
}

TEST(OffsetSegments, OneOffsetIsOneSegment) {
    const auto found = offset_segments(windows({{20, -4}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].count, 20U);
    EXPECT_EQ(found[0].offset_frames, -4);
}

TEST(OffsetSegments, ChangesAreFoundWhereTheyAre) {
    const auto found = offset_segments(windows({{7, 0}, {9, -8}, {5, 3}}));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].offset_frames, 0);
    EXPECT_EQ(found[1].first, 7U);
    EXPECT_EQ(found[1].offset_frames, -8);
    EXPECT_EQ(found[2].first, 16U);
    EXPECT_EQ(found[2].count, 5U);
    EXPECT_EQ(found[2].offset_frames, 3);
}

TEST(OffsetSegments, OddWindowsAreNoChange) {
    EXPECT_EQ(offset_segments(windows({{6, 0}, {1, 12}, {6, 0}})).size(), 1U);
    auto shallow = windows({{6, 0}});
    for (int i = 0; i < 4; ++i) shallow.push_back(window(9, 0.5));  // hardly says anything
    EXPECT_EQ(offset_segments(shallow).size(), 1U);
}

TEST(OffsetSegments, FewWindowsAreOneSegmentAndNoneAreNone) {
    EXPECT_TRUE(offset_segments({}).empty());
    ASSERT_EQ(offset_segments(windows({{1, 2}, {1, -2}})).size(), 1U);
    SyncCurve nothing;
    nothing.mean_distance.fill(std::nan(""));
    EXPECT_EQ(offset_segments(std::vector{nothing, nothing, nothing}).size(), 1U);
}

}  // namespace
}  // namespace syncnet::sync
