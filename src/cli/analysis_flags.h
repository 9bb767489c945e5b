// The flags of every command that reads videos: which models, and how.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "pipeline/reading.h"

namespace syncnet::cli {

struct AnalysisFlags {
    std::string model;  // empty: the default one
    std::string precision = "auto", detector = "auto", edges = "zero-padded";
    std::string model_path, s3fd, calibration;
    int stride = 0;  // 0: as suits the detector
    int min_track_frames = pipeline::ReadingOptions{}.min_track_frames;
    float min_face_pixels = face::TrackerOptions{}.min_face_pixels;
    bool short_range = false, cropped = false, reference = false;

    void add_to(CLI::App& command);

    pipeline::ModelOptions models() const;
    pipeline::ReadingOptions reading() const;
};

}  // namespace syncnet::cli
