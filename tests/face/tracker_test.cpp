#include "face/tracker.h"

#include <gtest/gtest.h>

namespace syncnet::face {
namespace {

Detection face_at(float x, float y, float size = 100) {
    return {.box = {x, y, x + size, y + size},
            .right_eye = {x + 0.3F * size, y + 0.3F * size},
            .left_eye = {x + 0.7F * size, y + 0.3F * size},
            .nose = {x + 0.5F * size, y + 0.5F * size},
            .mouth = {x + 0.5F * size, y + 0.75F * size},
            .score = 0.9F};
}

TEST(Tracker, InterpolatesBetweenLooks) {
    Tracker tracker;
    tracker.observe(0, std::vector{face_at(0, 0)});
    tracker.observe(4, std::vector{face_at(40, 8)});
    tracker.cut(5);
    ASSERT_EQ(tracker.tracks().size(), 1U);
    const Track& track = tracker.tracks()[0];
    ASSERT_EQ(track.geometry.size(), 5U);
    EXPECT_FLOAT_EQ(track.geometry[1].box.left, 10);
    EXPECT_FLOAT_EQ(track.geometry[3].mouth.y, 75 + 6);
}

TEST(Tracker, BridgesGapsAndEndsWhatIsGone) {
    Tracker tracker({.max_gap_frames = 10});
    tracker.observe(0, std::vector{face_at(0, 0)});
    tracker.observe(5, {});
    tracker.observe(10, std::vector{face_at(10, 0)});
    EXPECT_EQ(tracker.tracks().size(), 1U);
    EXPECT_EQ(tracker.tracks()[0].geometry.size(), 11U);
    tracker.observe(25, std::vector{face_at(10, 0)});
    ASSERT_EQ(tracker.tracks().size(), 2U);
    EXPECT_TRUE(tracker.tracks()[0].ended);
    EXPECT_EQ(tracker.tracks()[0].end_frame(), 11);
}

TEST(Tracker, KeepsTwoFacesApart) {
    Tracker tracker;
    tracker.observe(0, std::vector{face_at(0, 0), face_at(300, 0)});
    tracker.observe(4, std::vector{face_at(308, 0), face_at(8, 0)});
    ASSERT_EQ(tracker.tracks().size(), 2U);
    for (const Track& track : tracker.tracks())
        EXPECT_NEAR(track.geometry.back().box.left - track.geometry.front().box.left, 8, 1e-3);
}

TEST(Tracker, ACutEndsEveryTrackAtTheCut) {
    Tracker tracker;
    tracker.observe(0, std::vector{face_at(0, 0)});
    tracker.cut(3);
    tracker.observe(3, std::vector{face_at(0, 0)});
    ASSERT_EQ(tracker.tracks().size(), 2U);
    EXPECT_EQ(tracker.tracks()[0].end_frame(), 3);
    EXPECT_EQ(tracker.tracks()[1].first_frame, 3);
}

TEST(Tracker, ANewFaceReachesBackToTheLastLook) {
    Tracker tracker;
    tracker.observe(0, {});
    tracker.observe(4, std::vector{face_at(0, 0)});
    EXPECT_EQ(tracker.tracks()[0].first_frame, 1);
}

TEST(Tracker, FollowsTheLargestFacesOnly) {
    Tracker tracker({.max_faces = 2});
    tracker.observe(0, std::vector{face_at(0, 0, 50), face_at(200, 0, 90), face_at(400, 0, 70),
                                   face_at(600, 0, 20)});
    EXPECT_EQ(tracker.tracks().size(), 2U);
    for (const Track& t : tracker.tracks()) EXPECT_GE(t.geometry[0].box.width(), 70);
}

}  // namespace
}  // namespace syncnet::face
