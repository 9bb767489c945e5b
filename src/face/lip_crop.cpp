#include "face/lip_crop.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace syncnet::face {
namespace {

// Samples along one side of an output pixel, at most, when a large face is made smaller.
constexpr int kMaxOversampling = 4;

float luma_at(const media::LumaView& luma, float x, float y) {
    const float cx = std::clamp(x, 0.0F, static_cast<float>(luma.width - 1));
    const float cy = std::clamp(y, 0.0F, static_cast<float>(luma.height - 1));
    const int left = static_cast<int>(cx);
    const int top = static_cast<int>(cy);
    const int right = std::min(left + 1, luma.width - 1);
    const int bottom = std::min(top + 1, luma.height - 1);
    const float fx = cx - static_cast<float>(left);
    const float fy = cy - static_cast<float>(top);
    const std::uint8_t* above = luma.data + static_cast<std::ptrdiff_t>(top) * luma.stride;
    const std::uint8_t* below = luma.data + static_cast<std::ptrdiff_t>(bottom) * luma.stride;
    const float a =
        static_cast<float>(above[left]) * (1 - fx) + static_cast<float>(above[right]) * fx;
    const float b =
        static_cast<float>(below[left]) * (1 - fx) + static_cast<float>(below[right]) * fx;
    return a * (1 - fy) + b * fy;
}

}  // namespace

LipPose lip_pose(const Detection& face) {
    const Point eyes{face.left_eye.x - face.right_eye.x, face.left_eye.y - face.right_eye.y};
    const Point middle{(face.left_eye.x + face.right_eye.x) / 2,
                       (face.left_eye.y + face.right_eye.y) / 2};
    const Point down{face.mouth.x - middle.x, face.mouth.y - middle.y};
    const float unit =
        std::max(std::hypot(eyes.x, eyes.y), std::hypot(down.x, down.y) / kEyesToMouth);
    // The line of the eyes and the normal of the line down to the mouth, together: each is weak
    // where the other is strong.
    const Point axis{eyes.x + down.y, eyes.y - down.x};
    const float length = std::max(std::hypot(axis.x, axis.y), 1e-6F);
    return {.centre = face.mouth, .right = {axis.x / length * unit, axis.y / length * unit}};
}

LipPose smooth_lip_pose(const Track& track, std::int64_t frame) {
    LipPose sum;
    float weights = 0;
    const std::int64_t first = std::max(track.first_frame, frame - kLipCropReach);
    const std::int64_t last = std::min(track.end_frame() - 1, frame + kLipCropReach);
    for (std::int64_t f = first; f <= last; ++f) {
        const auto weight = static_cast<float>(kLipCropReach + 1 - std::abs(f - frame));
        const LipPose pose =
            lip_pose(track.geometry[static_cast<std::size_t>(f - track.first_frame)]);
        sum.centre.x += weight * pose.centre.x;
        sum.centre.y += weight * pose.centre.y;
        sum.right.x += weight * pose.right.x;
        sum.right.y += weight * pose.right.y;
        weights += weight;
    }
    for (float* v : {&sum.centre.x, &sum.centre.y, &sum.right.x, &sum.right.y}) *v /= weights;
    return sum;
}

void lip_crop(const media::Image& image, const LipPose& pose, int side,
              std::span<std::uint8_t> pixels) {
    const media::LumaView luma = image.luma();
    const float step = kFaceUnitsPerCrop / static_cast<float>(kLipCropSide);
    const Point across{pose.right.x * step, pose.right.y * step};  // image pixels per crop pixel
    const Point down{-across.y, across.x};
    const float shrink = std::hypot(across.x, across.y);
    const int samples = std::clamp(static_cast<int>(std::ceil(shrink)), 1, kMaxOversampling);
    const float gain =
        (luma.full_range ? 1.0F : 255.0F / 219.0F) / static_cast<float>(samples * samples);
    const float black = luma.full_range ? 0.0F : 16.0F * 255.0F / 219.0F;

    const float middle = static_cast<float>(side) / 2;
    std::size_t at = 0;
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column) {
            float sum = 0;
            for (int j = 0; j < samples; ++j)
                for (int i = 0; i < samples; ++i) {
                    const float u = static_cast<float>(column) - middle +
                                    (static_cast<float>(i) + 0.5F) / static_cast<float>(samples);
                    const float v = static_cast<float>(row) - middle +
                                    (static_cast<float>(j) + 0.5F) / static_cast<float>(samples);
                    // Pixel centres lie at half-integers in the image's coordinates.
                    sum += luma_at(luma, pose.centre.x + u * across.x + v * down.x - 0.5F,
                                   pose.centre.y + u * across.y + v * down.y - 0.5F);
                }
            pixels[at++] =
                static_cast<std::uint8_t>(std::clamp(std::lround(sum * gain - black), 0L, 255L));
        }
}

}  // namespace syncnet::face
