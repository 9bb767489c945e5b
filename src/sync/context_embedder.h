// The upper half of both towers of LipSync: features of consecutive frames in, embeddings that have
// seen 12 frames to either side out. Before the first frame and behind the last the features stand
// still, as in the training (training/networks.py, `held`).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nn/plan.h"
#include "nn/weights/safetensors.h"
#include "sync/embeddings.h"

namespace syncnet::sync {

inline constexpr std::size_t kLipSyncEmbedding = 128;  // dimensions; rows are of unit length
inline constexpr std::size_t kContextFeatures = 256;   // values of one frame

// Layers `name`.time1 .. time5 and `name`.out. Throws bad_model.
std::shared_ptr<const nn::Plan> load_context(const nn::Safetensors& weights,
                                             const std::string& name, nn::Precision precision);

// Memory does not grow with the features, only with the embeddings. Not thread-safe.
class ContextEmbedder {
  public:
    // `network` runs load_context's plan; borrowed, between calls others may use it.
    // `first_frame` is the frame of the first features.
    ContextEmbedder(nn::Session& network, std::int64_t first_frame);

    void push(std::span<const float> features);  // of any number of frames

    // push() is over: computes the rest and gives all. The embedder is of no further use.
    Embeddings finish();

  private:
    void run(std::size_t count);

    nn::Session* network_;
    std::vector<float> features_;
    Embeddings embeddings_;
};

}  // namespace syncnet::sync
