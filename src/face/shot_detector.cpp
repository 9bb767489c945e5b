#include "face/shot_detector.h"

#include <cmath>
#include <cstddef>
#include <cstdlib>

namespace syncnet::face {
namespace {

constexpr double kMinChange = 18.0;      // grey levels, mean over the thumbnail
constexpr double kTimesUsual = 4.0;      // against the last images: pans and flicker are no cuts
constexpr int kSamples = 4;              // along each side of a cell of the thumbnail
constexpr double kForget = 0.8;          // weight of the past in the usual change
constexpr double kMaxCorrelation = 0.7;  // a flash changes the light, not the scene

double correlation(auto& a, auto& b) {
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i];
        const double y = b[i];
        sum_a += x;
        sum_b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    const auto n = static_cast<double>(a.size());
    const double spread = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
    return spread > 0 ? (ab - sum_a * sum_b / n) / std::sqrt(spread) : 0;
}

}  // namespace

ShotDetector::Thumbnail ShotDetector::thumbnail(const media::LumaView& luma) {
    Thumbnail result;
    for (int row = 0; row < kRows; ++row)
        for (int column = 0; column < kColumns; ++column) {
            int sum = 0;
            for (int j = 0; j < kSamples; ++j)
                for (int i = 0; i < kSamples; ++i) {
                    const int y =
                        (2 * (row * kSamples + j) + 1) * luma.height / (2 * kRows * kSamples);
                    const int x =
                        (2 * (column * kSamples + i) + 1) * luma.width / (2 * kColumns * kSamples);
                    sum += luma.data[static_cast<std::ptrdiff_t>(y) * luma.stride + x];
                }
            result[static_cast<std::size_t>(row * kColumns + column)] =
                static_cast<std::uint8_t>(sum / (kSamples * kSamples));
        }
    return result;
}

bool ShotDetector::is_cut(const media::Image& image) {
    const Thumbnail now = thumbnail(image.luma());
    if (!previous_) {
        previous_ = now;
        return false;
    }
    double change = 0;
    for (std::size_t i = 0; i < now.size(); ++i) change += std::abs(now[i] - (*previous_)[i]);
    change /= static_cast<double>(now.size());
    const bool cut = change > kMinChange && change > kTimesUsual * usual_change_ &&
                     correlation(now, *previous_) < kMaxCorrelation;
    usual_change_ = cut ? 0 : kForget * usual_change_ + (1 - kForget) * change;
    previous_ = now;
    return cut;
}

}  // namespace syncnet::face
