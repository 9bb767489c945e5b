// `syncnet batch`: many videos to one table, resumable.
#include <fcntl.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "base/error.h"
#include "batch/runner.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/interrupt.h"

namespace syncnet::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxJobs = 256;

struct BatchOptions {
    std::string videos;
    std::string out, format;
    int jobs = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxJobs);
    bool resume = false;
    AnalysisFlags analysis;
};

batch::Format format_of(const BatchOptions& options) {
    if (!options.format.empty())
        return options.format == "csv" ? batch::Format::csv : batch::Format::jsonl;
    const std::string ending = fs::path(options.out).extension();
    if (ending == ".csv") return batch::Format::csv;
    if (ending.empty() || ending == ".jsonl" || ending == ".json" || ending == ".ndjson")
        return batch::Format::jsonl;
    throw Error(ErrorCode::invalid_setting,
                "--out " + options.out + ": " + ending +
                    " is not a table that is written here; name it .jsonl or .csv, or say which of "
                    "them with --format (Parquet and spreadsheets are made of either by pandas)");
}

batch::ResultsFile results_file(const BatchOptions& options) {
    if (!options.out.empty()) return {options.out, format_of(options), options.resume};
    if (options.resume) throw Error(ErrorCode::invalid_setting, "--resume needs --out");
    return batch::ResultsFile(format_of(options));
}

// A folder, one video, or a list.
void each_name(const std::string& videos, const std::stop_token& stop,
               const batch::TakeName& take) {
    if (videos == "-") {
        batch::names_from(STDIN_FILENO, stop, take);
    } else if (fs::is_directory(videos)) {
        batch::videos_below(videos, take);
    } else if (batch::is_video_name(videos)) {
        take(videos);
    } else {
        const UniqueFd list(::open(videos.c_str(), O_RDONLY | O_CLOEXEC));
        if (!list) throw Error(ErrorCode::not_found, "can't read " + videos);
        batch::names_from(list.get(), stop, take);
    }
}

int run_batch(const BatchOptions& options) {
    const Interrupt interrupt;
    pipeline::ModelOptions models = options.analysis.models();
    models.threads = 1;  // videos run side by side
    const pipeline::Analyzer analyzer(pipeline::load_models(models), options.analysis.analyzer());
    (void)analyzer.models().find(options.analysis.model);  // an unknown name: before any video
    batch::ResultsFile results = results_file(options);
    if (results.found() > 0) std::cerr << results.found() << " videos are in the table already\n";
    batch::run(analyzer,
               {.model = options.analysis.model,
                .face = options.analysis.face_choice(),
                .audio = options.analysis.audio_choice(),
                .jobs = options.jobs},
               results, interrupt.token(), [&](const batch::TakeName& take) {
                   each_name(options.videos, interrupt.token(), take);
               });
    std::cerr << results.summary().text();
    if (!interrupt.token().stop_requested()) return kDone;
    std::cerr << "interrupted" << (options.out.empty() ? "\n" : "; --resume goes on from here\n");
    return kInterrupted;
}

}  // namespace

void add_batch(CLI::App& app, int& status) {
    auto* const command =
        app.add_subcommand("batch", "Score many videos into one table, a row a face");
    const auto options = std::make_shared<BatchOptions>();
    command
        ->add_option("videos", options->videos,
                     "folder with videos, list with a name a line, or - for a list on standard "
                     "input")
        ->required();
    command->add_option("--out", options->out, "table to write; by default standard output");
    command
        ->add_option("--format", options->format,
                     "jsonl or csv; by default as --out is named, else jsonl")
        ->check(CLI::IsMember({"jsonl", "csv"}));
    command->add_option("--jobs", options->jobs, "videos at a time; by default one a core")
        ->check(CLI::Range(1, kMaxJobs));
    command->add_flag("--resume", options->resume,
                      "go on with the table --out; leave out its videos");
    options->analysis.add_to(*command);
    command->callback([options, &status] { status = run_batch(*options); });
}

}  // namespace syncnet::cli
