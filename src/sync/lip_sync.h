// The bundled model: a lip tower and an audio tower that meet in one space, a small network that
// tells speech from other audio, and one that tells mouths that can be read. The layers are those
// of training/networks.py, exported by training/export.py, and of training/mouth.py.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "nn/plan.h"
#include "nn/weights/weights.h"
#include "sync/context_embedder.h"
#include "sync/embeddings.h"

namespace syncnet::sync {

// Immutable, shared by all threads.
struct LipSyncModel {
    std::string name, version;
    std::shared_ptr<const nn::Plan> lip_windows;  // images -> features of a frame
    std::shared_ptr<const nn::Plan> lip_context;
    std::shared_ptr<const nn::Plan> audio;  // mel frames -> features of a frame
    std::shared_ptr<const nn::Plan> audio_context;
    std::shared_ptr<const nn::Plan> speech;
    std::shared_ptr<const nn::Plan> mouth;  // face::MouthReader's; null in files of older models
};

// Whether the file says that it holds such a model, of whatever version.
bool is_lip_sync(const nn::Weights& weights);

// The file's name, without its extension, is the model's. Throws bad_model.
LipSyncModel load_lip_sync(const std::filesystem::path& safetensors, nn::Precision precision);

// Lip embeddings of one face. Embedding i has seen the crops of frames i-14 .. i+14. The scratch
// memory of the networks is borrowed, so that many faces share it; not thread-safe.
class LipNetworks {
  public:
    explicit LipNetworks(const LipSyncModel& model);
    nn::Session windows, context;
};

class LipEmbedder {
  public:
    // `first_frame` is the frame of the first crop. `networks` must outlive the embedder.
    LipEmbedder(LipNetworks& networks, std::int64_t first_frame);

    void push(std::span<const std::uint8_t> crop);  // 64 x 64 grey levels, frame after frame

    // As finish(), but more may be pushed.
    Embeddings so_far();
    // push() is over: computes the rest and gives all. The embedder is of no further use.
    Embeddings finish();

  private:
    void run_windows();

    LipNetworks* networks_;
    // The last crops are kept until their last window is filled; one crop belongs to five windows.
    struct Crop {
        std::vector<float> pixels;
        double sum = 0, squares = 0;
    };
    std::vector<Crop> crops_;
    // Images go straight into the network's input, but another face may use the network in
    // between; so windows wait here until a batch is full.
    std::vector<float> windows_;
    std::size_t waiting_windows_ = 0;
    ContextEmbedder context_;
};

// The audio of a whole clip: embedding i has seen mel frames 4i-52 .. 4i+54.
class AudioEmbedder {
  public:
    explicit AudioEmbedder(const LipSyncModel& model);
    // Calls `between` from time to time: it may throw to end the work.
    Embeddings embed(std::span<const audio::MelFrame> log_mel,
                     const std::function<void()>& between = {});

  private:
    nn::Session features_, context_;
};

// The probability, 0..1, that speech is heard in frame first_frame + k.
struct Speech {
    std::int64_t first_frame = 0;
    std::vector<float> probability;
};

class SpeechDetector {
  public:
    explicit SpeechDetector(std::shared_ptr<const nn::Plan> speech);  // LipSyncModel::speech
    // As AudioEmbedder::embed.
    Speech detect(std::span<const audio::MelFrame> log_mel,
                  const std::function<void()>& between = {});

  private:
    nn::Session network_;
};

}  // namespace syncnet::sync
