#include "sync/syncnet_v2_model.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "media/rgb_scaler.h"

namespace syncnet::sync {
namespace {

// What the readers of one analysis share.
struct FaceCropper {
    explicit FaceCropper(const SyncNetV2& model) : network(model.lips) {}

    // The image's R, G, B. A slow video shows its images several times, and an image may have
    // several faces.
    face::ColourView rgb_of(const media::Image& image) {
        if (!last || !last->same_as(image)) {
            rgb.resize(static_cast<std::size_t>(image.width()) *
                       static_cast<std::size_t>(image.height()) * 3);
            scaler.convert(image, {.pixels = rgb,
                                   .width = image.width(),
                                   .height = image.height(),
                                   .stride = image.width() * 3});
            last = image;
        }
        return {rgb.data(), image.width(), image.height()};
    }

    nn::Session network;
    media::RgbScaler scaler;
    std::vector<std::uint8_t> rgb;
    std::optional<media::Image> last;
};

class SyncNetV2Reader final : public LipReader {
  public:
    SyncNetV2Reader(FaceCropper& cropper, std::int64_t first_frame)
        : cropper_(&cropper), lips_(cropper.network, first_frame), crop_(face::kFaceCropBytes) {}

    void push(const media::Image& image, const face::Track& track, std::int64_t frame) override {
        face::face_crop(cropper_->rgb_of(image), face::median_face_pose(track, frame), crop_);
        lips_.push(crop_);
    }
    void push_crop(const media::Image& crop) override {
        const face::ColourView rgb = cropper_->rgb_of(crop);
        face::resize_bilinear(rgb, crop_, face::kFaceCropSide, face::kFaceCropSide);
        for (std::size_t i = 0; i < crop_.size(); i += 3) std::swap(crop_[i], crop_[i + 2]);
        lips_.push(crop_);
    }
    Lips so_far() override {
        auto result = SyncNetV2Lips(lips_).finish();
        return {.embeddings = std::move(result.embeddings), .features = std::move(result.features)};
    }
    Lips finish() override {
        auto result = lips_.finish();
        return {.embeddings = std::move(result.embeddings), .features = std::move(result.features)};
    }

  private:
    FaceCropper* cropper_;
    SyncNetV2Lips lips_;
    std::vector<std::uint8_t> crop_;
};

class SyncNetV2Session final : public SyncSession {
  public:
    explicit SyncNetV2Session(const SyncNetV2& model) : cropper_(model), audio_(model) {}
    std::unique_ptr<LipReader> read_lips(std::int64_t first_frame) override {
        return std::make_unique<SyncNetV2Reader>(cropper_, first_frame);
    }
    Embeddings hear(const AudioFrames& audio, const std::function<void()>& between) override {
        return audio_.embed(audio.mfcc, between);
    }

  private:
    FaceCropper cropper_;
    SyncNetV2Audio audio_;
};

class PublishedSyncNet final : public SyncModel {
  public:
    PublishedSyncNet(const SyncNetV2& networks, std::string version, Edges edges)
        : SyncModel({.name = "syncnet_v2",
                     .version = std::move(version),
                     .precision = networks.audio->precision(),
                     .geometry_reach = face::kFaceCropReach,
                     .edges = edges,
                     .hears_mfcc = true,
                     .published = true}),
          networks_(networks) {}
    std::unique_ptr<SyncSession> start() const override {
        return std::make_unique<SyncNetV2Session>(networks_);
    }

  private:
    SyncNetV2 networks_;
};

}  // namespace

std::shared_ptr<const SyncModel> syncnet_v2_model(const SyncNetV2& networks, std::string version,
                                                  Edges edges) {
    return std::make_shared<const PublishedSyncNet>(networks, std::move(version), edges);
}

PublishedMeasurement measure_as_published(const Embeddings& lips, const Embeddings& audio) {
    // The reference leaves the last window out.
    const std::int64_t count = std::min(lips.count() - 1, audio.end_frame() - lips.first_frame);
    const DistanceMatrix distances = published_distances(lips, audio, count);
    PublishedMeasurement m{.curve = published_curve(distances)};
    m.result = read_curve(m.curve);
    if (m.result) m.framewise = framewise_confidence(distances, *m.result);
    return m;
}

}  // namespace syncnet::sync
