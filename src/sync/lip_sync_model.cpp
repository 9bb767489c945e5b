#include "sync/lip_sync_model.h"

#include "base/error.h"
#include "face/lip_crop.h"

namespace syncnet::sync {
namespace {

class LipSyncReader final : public LipReader {
  public:
    LipSyncReader(LipNetworks& networks, std::int64_t first_frame)
        : embedder_(networks, first_frame), crop_(kPixels) {}

    void push(const media::Image& image, const face::Track& track, std::int64_t frame) override {
        face::lip_crop(image, face::smooth_lip_pose(track, frame), face::kLipCropSide, crop_);
        embedder_.push(crop_);
    }
    void push_crop(const media::Image&) override {
        throw Error(ErrorCode::invalid_request, "lipsync finds its own crops");
    }
    Lips so_far() override { return {.embeddings = embedder_.so_far(), .features = {}}; }
    Lips finish() override { return {.embeddings = embedder_.finish(), .features = {}}; }

  private:
    static constexpr std::size_t kPixels =
        static_cast<std::size_t>(face::kLipCropSide) * face::kLipCropSide;
    LipEmbedder embedder_;
    std::vector<std::uint8_t> crop_;
};

class LipSyncSession final : public SyncSession {
  public:
    explicit LipSyncSession(const LipSyncModel& model) : networks_(model), audio_(model) {}
    std::unique_ptr<LipReader> read_lips(std::int64_t first_frame) override {
        return std::make_unique<LipSyncReader>(networks_, first_frame);
    }
    Embeddings hear(const AudioFrames& audio, const std::function<void()>& between) override {
        return audio_.embed(audio.log_mel, between);
    }

  private:
    LipNetworks networks_;
    AudioEmbedder audio_;
};

class LipSync final : public SyncModel {
  public:
    explicit LipSync(const LipSyncModel& networks)
        : SyncModel({.name = networks.name,
                     .version = networks.version,
                     .precision = networks.audio->precision(),
                     .geometry_reach = face::kLipCropReach}),
          networks_(networks) {}
    std::unique_ptr<SyncSession> start() const override {
        return std::make_unique<LipSyncSession>(networks_);
    }

  private:
    LipSyncModel networks_;
};

}  // namespace

std::shared_ptr<const SyncModel> lip_sync_model(const LipSyncModel& networks) {
    return std::make_shared<const LipSync>(networks);
}

}  // namespace syncnet::sync
