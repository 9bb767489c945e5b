// The clip again, with all that was measured drawn into it.
#pragma once

#include <filesystem>

#include "base/new_file.h"
#include "pipeline/analyzer.h"

namespace syncnet::visual {

struct VisualiseOptions {
    pipeline::Request request;  // its progress goes from 0 to 1 twice
    media::Limits limits;
    pipeline::TimelineOptions timeline;
    NewFile::IfThere if_there = NewFile::IfThere::refuse;
};

// Reads the video twice: once to measure, once to draw. Images come out upright, at 25 a second,
// at most media::kMaxAnalysisSide on their longest side, with a strip below; the audio is what was
// measured (16 kHz, mono). Memory grows by a few MB an hour beyond the reading's. `out` is there as
// a whole or not at all. Throws what Analyzer, media::Writer and NewFile throw, wrong_container (it
// does not end in .mp4), invalid_setting where `out` is `video`.
pipeline::Analysis visualise(const pipeline::Analyzer& analyzer, const std::filesystem::path& video,
                             const std::filesystem::path& out, const VisualiseOptions& options);

}  // namespace syncnet::visual
