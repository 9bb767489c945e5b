#include "face/face_crop.h"

#include <algorithm>
#include <array>
#include <vector>

namespace syncnet::face {
namespace {

constexpr double kCropScale = 0.40;
constexpr std::uint8_t kOutside = 110;
constexpr int kMaxCropSide = 4096;  // of the image's pixels; a box beyond this is no face

template <typename Value>  // value(frame) of the track's geometry
double median(const Track& track, std::int64_t frame, const Value& value) {
    std::array<double, 2 * kFaceCropReach + 1> near{};
    const std::int64_t first = std::max(track.first_frame, frame - kFaceCropReach);
    const std::int64_t last = std::min(track.end_frame() - 1, frame + kFaceCropReach);
    for (std::int64_t f = first; f <= last; ++f)
        near[static_cast<std::size_t>(f - first)] =
            value(track.geometry[static_cast<std::size_t>(f - track.first_frame)].box);
    std::ranges::nth_element(near, near.begin() + kFaceCropReach);
    return near[kFaceCropReach];
}

}  // namespace

FacePose median_face_pose(const Track& track, std::int64_t frame) {
    return {.x = median(track, frame, [](const Box& b) { return (b.left + b.right) / 2.0; }),
            .y = median(track, frame, [](const Box& b) { return (b.top + b.bottom) / 2.0; }),
            .half = median(track, frame,
                           [](const Box& b) { return std::max(b.height(), b.width()) / 2.0; })};
}

void face_crop(const ColourView& image, const FacePose& pose, std::span<std::uint8_t> to) {
    const double half = std::clamp(pose.half, 0.0, kMaxCropSide / 4.0);
    // The reference cuts from an image that has `pad` more pixels on every side; whole numbers are
    // rounded towards zero there.
    const int pad = static_cast<int>(half * (1 + 2 * kCropScale));
    const double y = pose.y + pad;
    const double x = pose.x + pad;
    const int top = static_cast<int>(y - half) - pad;
    const int bottom = static_cast<int>(y + half * (1 + 2 * kCropScale)) - pad;
    const int left = static_cast<int>(x - half * (1 + kCropScale)) - pad;
    const int right = static_cast<int>(x + half * (1 + kCropScale)) - pad;
    const int width = std::max(1, right - left);
    const int height = std::max(1, bottom - top);

    std::vector<std::uint8_t> region(
        static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, kOutside);
    const int first = std::clamp(left, 0, image.width);
    const int end = std::clamp(left + width, first, image.width);
    for (int row = std::max(0, top); row < std::min(image.height, top + height); ++row) {
        const std::uint8_t* in =
            image.pixels + (static_cast<std::ptrdiff_t>(row) * image.width + first) * 3;
        std::uint8_t* out =
            region.data() + (static_cast<std::ptrdiff_t>(row - top) * width + (first - left)) * 3;
        for (int column = first; column < end; ++column, in += 3, out += 3) {
            out[0] = in[2];
            out[1] = in[1];
            out[2] = in[0];
        }
    }
    resize_bilinear({region.data(), width, height}, to, kFaceCropSide, kFaceCropSide);
}

}  // namespace syncnet::face
