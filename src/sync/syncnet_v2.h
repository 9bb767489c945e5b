// The published SyncNet: "Out of time: automated lip sync in the wild", Chung & Zisserman 2016,
// with the weights that its authors publish (syncnet_v2.model) or others of the same shape.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "audio/mfcc.h"
#include "face/face_crop.h"
#include "nn/plan.h"
#include "nn/weights/weights.h"
#include "sync/embeddings.h"

namespace syncnet::sync {

inline constexpr std::size_t kSyncNetV2Embedding = 1024;
inline constexpr std::size_t kSyncNetV2Feature = 512;

// Every tensor that the two towers need.
std::vector<nn::TensorSpec> syncnet_v2_tensors();

// Immutable, shared by all threads.
struct SyncNetV2 {
    std::shared_ptr<const nn::Plan> lips, audio;
};

// Throws bad_model.
SyncNetV2 load_syncnet_v2(const nn::Weights& weights, nn::Precision precision, int threads = 1);

// Lips of one face. Embedding i has seen the crops i .. i+4 and is called frame i: the audio that
// belongs to it is that from frame i on. The network's scratch memory is borrowed, so that many
// faces share it; not thread-safe.
class SyncNetV2Lips {
  public:
    // `first_frame` is the frame of the first crop. `network` (of SyncNetV2::lips) must outlive it.
    SyncNetV2Lips(nn::Session& network, std::int64_t first_frame);

    void push(std::span<const std::uint8_t> crop);  // 224 x 224 x BGR, frame after frame

    struct Result {
        Embeddings embeddings;
        std::vector<float> features;  // 512 per embedding: the layer below, as published features
    };
    // push() is over: computes the rest and gives all. The object is of no further use.
    Result finish();

  private:
    void run(std::size_t windows);

    nn::Session* network_;
    std::vector<std::uint8_t> crops_;  // those that wait
    Result result_;
};

// The audio of a whole clip: embedding i has seen the MFCC frames 4i .. 4i+19.
class SyncNetV2Audio {
  public:
    explicit SyncNetV2Audio(const SyncNetV2& model);
    // Calls `between` from time to time: it may throw to end the work.
    Embeddings embed(std::span<const audio::MfccFrame> mfcc,
                     const std::function<void()>& between = {});

  private:
    nn::Session network_;
};

}  // namespace syncnet::sync
