// The product: a video in, how far its audio is from its lips out.
//
//   read_video -> face_evidence (a map a face) -> find_voice -> judge -> Analysis
#pragma once

#include <memory>

#include "pipeline/analysis.h"
#include "pipeline/reading.h"

namespace syncnet::pipeline {

struct AnalyzerOptions {
    ReadingOptions reading;
    score::Thresholds
        thresholds;  // where neither a calibration of one's own nor the request has any
    int max_offset_ms = kMaxOffsetMs;  // where a request doesn't say
    int max_reported_tracks = 32;      // the best ones
};

// Thread-safe: analyses run independently of each other.
class Analyzer {
  public:
    Analyzer(std::shared_ptr<const Models> models, const AnalyzerOptions& options);

    // Throws what media::Reader throws, timeout, cancelled. No face, no audio and no speech are no
    // errors but answers.
    Analysis analyze(media::Source source, const Request& request = {}) const;
    // Of what is no file; limits are the stream's.
    Analysis analyze(const media::OpenStream& open, const Request& request = {}) const;

    // The two halves of it, where more is wanted of one reading. `judge` takes the request that was
    // read with.
    Reading read(media::Source source, const Request& request = {}) const;
    Reading read(const media::OpenStream& open, const Request& request = {}) const;
    Analysis judge(const Reading& reading, const Request& request = {}) const;

    const Models& models() const { return *models_; }

  private:
    // Says what is known so far. True: that is enough.
    bool look(const Reading& so_far, const Request& request) const;

    std::shared_ptr<const Models> models_;
    AnalyzerOptions options_;
};

}  // namespace syncnet::pipeline
