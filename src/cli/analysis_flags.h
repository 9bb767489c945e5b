// The flags of every command that reads videos: which models, how, and whose voice it has to be.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "pipeline/analyzer.h"

namespace syncnet::cli {

struct AnalysisFlags {
    std::string model;  // empty: the default one
    std::string precision = "auto", detector = "auto", edges = "zero-padded";
    std::string model_path, s3fd, calibration;
    std::string face = "all", audio_track = "best";
    int max_offset_ms = pipeline::kMaxOffsetMs;
    int stride = 0;  // 0: as suits the detector
    int min_track_frames = pipeline::ReadingOptions{}.min_track_frames;
    float min_face_pixels = face::TrackerOptions{}.min_face_pixels;
    bool short_range = false, cropped = false, reference = false;
    double timeout_s = 0;  // of one video; 0: none

    void add_to(CLI::App& command);
    void add_reading_to(CLI::App& command);  // where nothing is judged

    pipeline::ModelOptions models() const;
    pipeline::ReadingOptions reading() const;
    pipeline::AnalyzerOptions analyzer() const;
    // For one video: its time begins now.
    pipeline::Request request() const;
};

}  // namespace syncnet::cli
