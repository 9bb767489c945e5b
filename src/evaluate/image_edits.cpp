#include "evaluate/image_edits.h"

#include <algorithm>
#include <cmath>

namespace syncnet::evaluate {
namespace {

constexpr int kBlack = 16, kWhite = 235, kNoColour = 128;
// Of the noise's standard deviation in grey levels: at full light, and how it grows without.
constexpr double kNoise = 2, kNoiseInTheDark = 6;
constexpr std::size_t kNoiseTable = 1U << 16U;

std::uint8_t level(double value) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

// The patch, in YCbCr: a dull brown.
constexpr std::uint8_t kPatchY = 92, kPatchU = 114, kPatchV = 142;

struct Area {
    double left, top, right, bottom;
};

void fill(std::vector<std::uint8_t>& plane, int width, int height, const Area& area,
          std::uint8_t value) {
    const auto column = [&](double x) {
        return std::clamp(static_cast<int>(std::lround(x)), 0, width);
    };
    const auto row = [&](double y) {
        return std::clamp(static_cast<int>(std::lround(y)), 0, height);
    };
    for (int y = row(area.top); y < row(area.bottom); ++y)
        for (int x = column(area.left); x < column(area.right); ++x)
            plane[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)] = value;
}

}  // namespace

LowLight::LowLight(double light, Draw draw) : light_(light), draw_(draw), noise_(kNoiseTable) {
    const double deviation = kNoise + kNoiseInTheDark * (1 - light);
    for (float& n : noise_) n = static_cast<float>(deviation * draw_.gauss());
}

media::I420 LowLight::operator()(const media::I420& image) {
    media::I420 dark(image.width, image.height);
    const auto plane = [&](const std::vector<std::uint8_t>& from, std::vector<std::uint8_t>& to,
                           std::size_t width, double zero, double noise) {
        for (std::size_t start = 0; start < from.size(); start += width) {
            std::size_t n = draw_.below(kNoiseTable);
            for (std::size_t i = start; i < std::min(start + width, from.size()); ++i)
                to[i] = level(zero + light_ * (from[i] - zero) + noise * noise_[n++ % kNoiseTable]);
        }
    };
    const auto width = static_cast<std::size_t>(image.width);
    plane(image.y, dark.y, width, kBlack, 1);
    plane(image.u, dark.u, width / 2, kNoColour, 0.5);
    plane(image.v, dark.v, width / 2, kNoColour, 0.5);
    for (std::uint8_t& y : dark.y) y = std::clamp<std::uint8_t>(y, kBlack, kWhite);
    return dark;
}

media::I420 with_covered_mouth(media::I420 image, const face::LipPose& mouth, double share,
                               Side from) {
    const double unit = std::hypot(mouth.right.x, mouth.right.y);
    const double width = kMouthWidth * unit, height = kMouthHeight * unit;
    Area area{.left = mouth.centre.x - width / 2,
              .top = mouth.centre.y - height / 2,
              .right = mouth.centre.x + width / 2,
              .bottom = mouth.centre.y + height / 2};
    switch (from) {
        case Side::left:
            area.right = area.left + share * width;
            break;
        case Side::right:
            area.left = area.right - share * width;
            break;
        case Side::below:
            area.top = area.bottom - share * height;
            break;
    }
    fill(image.y, image.width, image.height, area, kPatchY);
    const Area half{area.left / 2, area.top / 2, area.right / 2, area.bottom / 2};
    fill(image.u, image.width / 2, image.height / 2, half, kPatchU);
    fill(image.v, image.width / 2, image.height / 2, half, kPatchV);
    return image;
}

media::I420 resized(const media::I420& image, double size) {
    const auto side = [&](int pixels) {
        return 2 * std::max(1, static_cast<int>(std::lround(pixels * size / 2)));
    };
    return media::scaled(image, side(image.width), side(image.height));
}

}  // namespace syncnet::evaluate
