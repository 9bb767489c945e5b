// What is done to the images.
#pragma once

#include <optional>
#include <vector>

#include "evaluate/draw.h"
#include "face/lip_crop.h"
#include "media/i420.h"

namespace syncnet::evaluate {

// With `light` (0..1] of the light, and the noise of a sensor that has little of it.
class LowLight {
  public:
    LowLight(double light, Draw draw);
    media::I420 operator()(const media::I420& image);

  private:
    double light_;
    Draw draw_;
    std::vector<float> noise_;  // drawn once; each row begins somewhere else in it
};

// A mouth is about so large, in face units (face/lip_crop.h).
inline constexpr double kMouthWidth = 0.9, kMouthHeight = 0.6;

enum class Side { left, right, below };

// With a plain patch over a share (0..1) of the mouth's region, from one side.
media::I420 with_covered_mouth(media::I420 image, const face::LipPose& mouth, double share,
                               Side from);

// `size` of both sides, made even.
media::I420 resized(const media::I420& image, double size);

}  // namespace syncnet::evaluate
