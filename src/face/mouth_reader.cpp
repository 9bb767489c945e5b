#include "face/mouth_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "nn/network_builder.h"

namespace syncnet::face {
namespace {

constexpr std::size_t kPixels = static_cast<std::size_t>(kLipCropSide) * kLipCropSide;
constexpr std::size_t kChannels = 2;  // the normalised crop; how much contrast it had
constexpr std::size_t kBatch = 4;
constexpr float kDeviationFloor = 4.0F;  // grey levels: flat images are not blown up
constexpr float kUsualContrast = 3.5F;   // logarithm of the usual deviation

// Half axes of the lips, in face units.
constexpr float kLipsAcross = 0.35F;
constexpr float kLipsDown = 0.21F;
constexpr int kLooks = 4;  // points of the lips on either side of their centre, and along each axis

// Face units in pixels: below the first nothing of the lips is left, from the second on enough.
constexpr float kTooFewPixels = 6.0F;
constexpr float kEnoughPixels = 10.0F;
// Parts of the lips inside of the image.
constexpr float kTooLittle = 0.6F;
constexpr float kEnough = 0.85F;
// How far the nose lies beside the line from the eyes to the mouth, in face units: a face from the
// front, and one from the side.
constexpr float kTurned = 0.45F;
constexpr float kProfile = 0.6F;

// 0 up to `from`, 1 from `to` on.
float ramp(float value, float from, float to) {
    return std::clamp((value - from) / (to - from), 0.0F, 1.0F);
}

// The part of the lips, 0..1, that lies in the image.
float part_inside(const LipPose& pose, int width, int height) {
    int inside = 0;
    int all = 0;
    for (int row = -kLooks; row <= kLooks; ++row)
        for (int column = -kLooks; column <= kLooks; ++column) {
            const float u = static_cast<float>(column) / kLooks;
            const float v = static_cast<float>(row) / kLooks;
            if (u * u + v * v > 1) continue;
            const float x =
                pose.centre.x + u * kLipsAcross * pose.right.x - v * kLipsDown * pose.right.y;
            const float y =
                pose.centre.y + u * kLipsAcross * pose.right.y + v * kLipsDown * pose.right.x;
            ++all;
            inside += static_cast<int>(x >= 0 && y >= 0 && x < static_cast<float>(width) &&
                                       y < static_cast<float>(height));
        }
    return static_cast<float>(inside) / static_cast<float>(all);
}

}  // namespace

float Readability::at(std::int64_t frame) const {
    if (probability.empty()) return 1;
    const auto last = static_cast<std::int64_t>(probability.size()) - 1;
    const std::int64_t nearest =
        (std::max<std::int64_t>(frame - first_frame, 0) + kReadabilityStep / 2) / kReadabilityStep;
    return probability[static_cast<std::size_t>(std::min(nearest, last))];
}

std::shared_ptr<const nn::Plan> load_mouth_head(const nn::Safetensors& weights,
                                                nn::Precision precision) {
    if (weights.dims("mouth.out.weight") == nullptr) return nullptr;
    constexpr nn::ConvParams kHalf{.stride_h = 2, .stride_w = 2, .padding = {1, 1, 1, 1}};
    nn::NetworkBuilder network(weights, {static_cast<int>(kBatch), kLipCropSide, kLipCropSide,
                                         static_cast<int>(kChannels)});
    return network.conv("mouth.conv1", {.stride_h = 2, .stride_w = 2, .padding = {2, 2, 2, 2}})
        .conv("mouth.conv2", kHalf)
        .conv("mouth.conv3", kHalf)
        .conv("mouth.conv4", kHalf)
        .conv("mouth.conv5")
        .linear("mouth.out")
        .plan({static_cast<int>(kBatch), 1, 1, 1}, precision);
}

void mouth_input(std::span<const std::uint8_t> crop, std::span<float> input) {
    double sum = 0;
    double squares = 0;
    for (const double v : crop) {
        sum += v;
        squares += v * v;
    }
    const double mean = sum / kPixels;
    const double variance = std::max(0.0, squares / kPixels - mean * mean);
    const auto shift = static_cast<float>(mean);
    const float spread = static_cast<float>(std::sqrt(variance)) + kDeviationFloor;
    const float contrast = std::log(spread) - kUsualContrast;
    for (std::size_t i = 0; i < kPixels; ++i) {
        input[i * kChannels] = (static_cast<float>(crop[i]) - shift) / spread;
        input[i * kChannels + 1] = contrast;
    }
}

float readable_geometry(const Detection& face, const LipPose& pose, int width, int height) {
    const float unit = std::max(std::hypot(pose.right.x, pose.right.y), 1e-6F);
    const Point middle{(face.left_eye.x + face.right_eye.x + 2 * face.mouth.x) / 4,
                       (face.left_eye.y + face.right_eye.y + 2 * face.mouth.y) / 4};
    const float beside = std::abs((face.nose.x - middle.x) * pose.right.x +
                                  (face.nose.y - middle.y) * pose.right.y) /
                         (unit * unit);
    return ramp(unit, kTooFewPixels, kEnoughPixels) *
           ramp(part_inside(pose, width, height), kTooLittle, kEnough) *
           (1 - ramp(beside, kTurned, kProfile));
}

void MouthReader::push(const media::Image& image, const Track& track, std::int64_t frame) {
    if (frames_++ % kReadabilityStep != 0) return;
    if (result_.probability.empty()) result_.first_frame = frame;
    const LipPose pose = smooth_lip_pose(track, frame);
    const Detection& face = track.geometry[static_cast<std::size_t>(frame - track.first_frame)];
    result_.probability.push_back(readable_geometry(face, pose, image.width(), image.height()));

    std::array<std::uint8_t, kPixels> crop{};
    lip_crop(image, pose, kLipCropSide, crop);
    const std::size_t at = waiting_.size();
    waiting_.resize(at + kPixels * kChannels);
    mouth_input(crop, std::span(waiting_).subspan(at));
    if (waiting_.size() == kBatch * kPixels * kChannels) run();
}

void MouthReader::run() {
    const std::size_t count = waiting_.size() / (kPixels * kChannels);
    // Beyond what waits whatever was there before is left: those answers are not read.
    std::ranges::copy(waiting_, network_->input().begin());
    waiting_.clear();
    network_->run();
    const auto logits = network_->output("out").first(count);
    auto probability = result_.probability.end() - static_cast<std::ptrdiff_t>(count);
    for (const float logit : logits) *probability++ *= 1.0F / (1.0F + std::exp(-logit));
}

Readability MouthReader::so_far() {
    if (!waiting_.empty()) run();
    return result_;
}

Readability MouthReader::finish() {
    if (!waiting_.empty()) run();
    return std::move(result_);
}

}  // namespace syncnet::face
