#include "face/wider_boxes.h"

#include <gtest/gtest.h>

namespace syncnet::face {
namespace {

// A face seen from the front: pupils 50 pixels apart, the mouth 54 below.
Detection upright() {
    return {.box = {60, 70, 140, 150},
            .right_eye = {75, 100},
            .left_eye = {125, 100},
            .nose = {100, 125},
            .mouth = {100, 154},
            .score = 0.9F};
}

TEST(WiderBoxes, HoldForeheadChinAndCheeks) {
    const Box box = wider_box(upright());
    EXPECT_NEAR(box.top, 100 - 0.95F * 54, 0.5);
    EXPECT_NEAR(box.bottom, 100 + 1.72F * 54, 0.5);
    EXPECT_NEAR((box.left + box.right) / 2, 100, 0.5);
    EXPECT_NEAR(box.width(), 2.05F * 54, 0.5);
}

TEST(WiderBoxes, AFaceLyingOnItsSideHasItsBoxBesideTheEyes) {
    Detection face = upright();
    const auto turned = [](Point p) { return Point{200 - p.y, p.x}; };  // by 90 degrees
    for (Point* const p : {&face.right_eye, &face.left_eye, &face.nose, &face.mouth})
        *p = turned(*p);
    const Box box = wider_box(face);
    EXPECT_NEAR((box.top + box.bottom) / 2, 100, 0.5);
    EXPECT_LT((box.left + box.right) / 2, 100) << "the chin is on the left";
}

}  // namespace
}  // namespace syncnet::face
