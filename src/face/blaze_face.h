// BlazeFace: "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", Bazarevsky et al.
// 2019, with the weights that MediaPipe publishes (Apache-2.0). Decoding and weighted non-maximum
// suppression as in MediaPipe's face_detection graphs.
#pragma once

#include <filesystem>
#include <memory>

#include "face/detection.h"
#include "nn/plan.h"

namespace syncnet::face {

enum class BlazeFaceRange {
    full,   // 192x192; finds faces from about 1/15 of the image's side up
    short_  // 128x128; faces near the camera only
};

struct BlazeFaceModel {
    BlazeFaceRange range;
    std::shared_ptr<const nn::Plan> plan;
};

// Throws bad_model where the file is absent or not this network.
BlazeFaceModel load_blaze_face(const std::filesystem::path& tflite, BlazeFaceRange range);

struct BlazeFaceOptions {
    float min_score = 0.6F;
    float overlap = 0.3F;  // boxes that overlap more are one face
    // Faces that fill less of the network's input than this are looked at a second time from
    // near, because key points are only as exact as the pixels that show them. 0 turns it off.
    float refine_below = 0.3F;
};

class BlazeFace final : public Detector {
  public:
    explicit BlazeFace(const BlazeFaceModel& model, const BlazeFaceOptions& options = {});
    ~BlazeFace() override;
    std::vector<Detection> detect(const media::Image& image) override;
    std::optional<std::vector<Detection>> follow(const media::Image& image,
                                                 std::span<const Detection> before) override;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::face
