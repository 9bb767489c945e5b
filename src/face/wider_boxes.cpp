#include "face/wider_boxes.h"

#include <cmath>

#include "face/lip_crop.h"

namespace syncnet::face {
namespace {

constexpr float kForehead = 0.95F;  // above the eyes; the unit is eyes to mouth
constexpr float kChin = 1.72F;      // below the eyes
constexpr float kWidth = 2.05F;

}  // namespace

Box wider_box(const Detection& face) {
    const Point eyes{(face.left_eye.x + face.right_eye.x) / 2,
                     (face.left_eye.y + face.right_eye.y) / 2};
    // Turned and nodding faces have some of their key points too near each other; the lip pose
    // allows for it.
    const LipPose pose = lip_pose(face);
    const float unit = std::hypot(pose.right.x, pose.right.y) * kEyesToMouth;
    const Point down{-pose.right.y / std::hypot(pose.right.x, pose.right.y),
                     pose.right.x / std::hypot(pose.right.x, pose.right.y)};
    const float middle = (kChin - kForehead) / 2 * unit;
    const Point centre{eyes.x + down.x * middle, eyes.y + down.y * middle};
    const float half_width = kWidth * unit / 2;
    const float half_height = (kChin + kForehead) * unit / 2;
    return {centre.x - half_width, centre.y - half_height, centre.x + half_width,
            centre.y + half_height};
}

std::vector<Detection> WiderBoxes::detect(const media::Image& image) {
    auto faces = detector_->detect(image);
    for (Detection& face : faces) face.box = wider_box(face);
    return faces;
}

}  // namespace syncnet::face
