// Mouth crops as LipSync sees them: grey, level eyes, centred on the mouth, steady in time.
#pragma once

#include <cstdint>
#include <span>

#include "face/tracker.h"
#include "media/image.h"

namespace syncnet::face {

inline constexpr int kLipCropSide = 64;  // pixels that the network sees
inline constexpr int kLipCropReach = 5;  // frames on either side that smooth the pose
// A crop of 64 pixels is 1.5 face units wide. A face unit is the distance between the pupils, seen
// from the front; from it a mouth is about half the crop wide.
inline constexpr float kFaceUnitsPerCrop = 1.5F;

// On a face seen from the front the mouth is this far below the eyes, in face units.
inline constexpr float kEyesToMouth = 1.08F;

// Where the crop lies in the image: a square around `centre`, its x axis along `right` whose
// length is one face unit in pixels.
struct LipPose {
    Point centre;
    Point right;
};

// The pose of one detection: turned (yaw) faces have their eyes too near each other and nodding
// ones (pitch) their mouth too near the eyes, so the larger of both tells the unit.
LipPose lip_pose(const Detection& face);

// The mean of the poses of frame +-kLipCropReach, nearer ones counting more. `frame` must lie in
// the track. Frames beyond the track's ends are left out.
LipPose smooth_lip_pose(const Track& track, std::int64_t frame);

// Samples a side x side crop with the scale of kLipCropSide into `pixels` (rows first): a larger
// side shows more of the face. Full-range grey levels. Outside of the image its edge is repeated.
void lip_crop(const media::Image& image, const LipPose& pose, int side,
              std::span<std::uint8_t> pixels);

}  // namespace syncnet::face
