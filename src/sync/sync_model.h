// What the pipeline knows of a sync model: it reads lips, it hears audio, both as embeddings of
// frames, and what is near each other belongs together.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "audio/mfcc.h"
#include "face/tracker.h"
#include "media/image.h"
#include "nn/plan.h"
#include "sync/embeddings.h"

namespace syncnet::sync {

// The audio of a clip, as the front ends give it.
struct AudioFrames {
    std::span<const audio::MelFrame> log_mel;
    std::span<const audio::MfccFrame> mfcc;  // empty where no model hears them
};

struct Lips {
    Embeddings embeddings;
    // The layer below the embeddings where a model publishes it: features.size() / count() values
    // per row.
    std::vector<float> features;
};

// Reads the lips of one face.
class LipReader {
  public:
    virtual ~LipReader() = default;
    // Frame after frame. The track's geometry is known for SyncModelInfo::geometry_reach frames
    // behind `frame`, or to its end.
    virtual void push(const media::Image& image, const face::Track& track, std::int64_t frame) = 0;
    // The same where the image is nothing but a face crop, as the reference writes them. Throws
    // invalid_request where the model has no such crops.
    virtual void push_crop(const media::Image& crop) = 0;
    // What there is if no more frames come.
    virtual Lips so_far() = 0;
    // No more frames. The reader is of no further use.
    virtual Lips finish() = 0;
};

// The scratch memory of one analysis; its readers borrow from it. Not thread-safe.
class SyncSession {
  public:
    virtual ~SyncSession() = default;
    virtual std::unique_ptr<LipReader> read_lips(std::int64_t first_frame) = 0;
    // Calls `between` from time to time: it may throw to end the work.
    virtual Embeddings hear(const AudioFrames& audio, const std::function<void()>& between) = 0;
};

enum class Edges {
    real,         // what the audio really is beyond the ends of a track
    zero_padded,  // vectors of zeros, as in the reference: its published numbers have them
};

struct SyncModelInfo {
    std::string name, version;
    nn::Precision precision = nn::Precision::f32;
    int geometry_reach = 0;  // frames
    Edges edges = Edges::real;
    bool hears_mfcc = false;  // beside the log-mel frames, which tell speech for every model
    bool published = false;   // searched and read as its paper's pipeline does
};

// Immutable, shared by all threads.
class SyncModel {
  public:
    explicit SyncModel(SyncModelInfo info) : info_(std::move(info)) {}
    virtual ~SyncModel() = default;
    virtual std::unique_ptr<SyncSession> start() const = 0;
    const SyncModelInfo& info() const { return info_; }

  private:
    SyncModelInfo info_;
};

}  // namespace syncnet::sync
