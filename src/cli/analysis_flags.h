// The flags of every command that reads videos: which models, how, and whose voice it has to be.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "pipeline/analyzer.h"
#include "pipeline/options.h"

namespace syncnet::cli {

// One option of a video as a flag of `command`; `to` must outlive its parsing.
void add_video_option(CLI::App& command, std::string_view name, pipeline::VideoOptions& to);

struct AnalysisFlags {
    pipeline::VideoOptions video;
    pipeline::EngineOptions engine;

    // Must stay where it is until the command line has been read.
    void add_to(CLI::App& command);
    void add_reading_to(CLI::App& command);  // where nothing is judged

    std::string text() const;  // as pipeline::to_flags() writes it

    pipeline::ModelOptions models() const;
    pipeline::ReadingOptions reading() const;
    pipeline::AnalyzerOptions analyzer() const;
    // For one video: its time begins now.
    pipeline::Request request() const { return pipeline::to_request(video); }
};

}  // namespace syncnet::cli
