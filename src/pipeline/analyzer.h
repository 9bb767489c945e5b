// The product: a video in, how far its sound is from its lips out.
//
//   media::Reader -> FaceFollower -> LipEmbedder --+
//                 -> LogMel -> SoundEmbedder ------+-> sync_curve -> judge -> Analysis
//
// Pictures are decoded on one thread while faces and lips are read on another; pictures are let go
// as soon as no track needs them. What grows with the video are 128 floats per frame of each face
// and of the sound, and the mel frames: about 170 MB an hour with one face.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "media/reader.h"
#include "pipeline/analysis.h"
#include "pipeline/face_follower.h"
#include "pipeline/models.h"

namespace syncnet::pipeline {

struct AnalyzerOptions {
    media::Limits limits;
    FaceFollowerOptions faces;
    score::Thresholds thresholds;
    int min_track_frames = 25;
    int max_reported_tracks = 32;  // the best ones
};

// What a caller may ask of one analysis.
struct Request {
    // 0..1 of the video, from time to time, on the caller's thread. Not called where the length is
    // unknown.
    std::function<void(double)> on_progress;
    std::stop_token stop;                                           // throws cancelled
    std::optional<std::chrono::steady_clock::time_point> deadline;  // throws timeout
};

// Thread-safe: analyses run independently of each other.
class Analyzer {
  public:
    Analyzer(std::shared_ptr<const Models> models, const AnalyzerOptions& options);

    // Throws what media::Reader throws, timeout, cancelled. No face, no sound and no speech are no
    // errors but answers.
    Analysis analyze(media::Source source, const Request& request = {}) const;

    const Models& models() const { return *models_; }

  private:
    std::shared_ptr<const Models> models_;
    AnalyzerOptions options_;
};

}  // namespace syncnet::pipeline
