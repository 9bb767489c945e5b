// S3FD: "S3FD: Single Shot Scale-invariant Face Detector", Zhang et al. 2017, as the published
// SyncNet pipeline uses it, with the weights that its authors publish (sfd_face.pth).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "face/detection.h"
#include "nn/plan.h"
#include "nn/weights/weights.h"

namespace syncnet::face {

// Every tensor of the network.
std::vector<nn::TensorSpec> s3fd_tensors();

// Immutable, shared by all threads: the network laid out for one size of image. S3fd makes its
// own for others, which share the weights.
struct S3fdModel {
    std::shared_ptr<const nn::Plan> plan;
};

// Throws bad_model.
S3fdModel load_s3fd(const nn::Weights& weights, nn::Precision precision, int threads = 1);

// The reference's values.
struct S3fdOptions {
    float scale = 0.25F;  // images are made this much smaller first
    float min_confidence = 0.9F;
    float overlap = 0.1F;  // of boxes in the image: those that overlap more are one face
};

class S3fd final : public Detector {
  public:
    explicit S3fd(const S3fdModel& model, const S3fdOptions& options = {});
    ~S3fd() override;
    // Boxes only: a Detection's key points are all at its centre.
    std::vector<Detection> detect(const media::Image& image) override;

    // The same for packed RGB of the network's own size; boxes are in pixels of an image of
    // `to_width` x `to_height`.
    std::vector<Detection> detect_rgb(std::span<const std::uint8_t> rgb, int width, int height,
                                      float to_width, float to_height);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::face
