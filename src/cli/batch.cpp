// `syncnet batch`: many videos to one table, resumable.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "base/error.h"
#include "batch/runner.h"
#include "batch/selection.h"
#include "batch/sqlite_results.h"
#include "batch/summary.h"
#include "batch/text_results.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_line.h"

namespace syncnet::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxJobs = 256;
constexpr std::string_view kStandardInput = "-";

struct BatchOptions {
    std::vector<std::string> videos;
    std::string out, format;
    std::string where, list, copy_to;
    int jobs = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxJobs);
    bool resume = false;
    AnalysisFlags analysis;

    batch::IfThere if_there() const {
        return resume ? batch::IfThere::resume : batch::IfThere::refuse;
    }
};

constexpr const char* kCsv = "csv";
constexpr const char* kJsonl = "jsonl";
constexpr const char* kSqlite = "sqlite";

std::string format_of(const BatchOptions& options) {
    if (!options.format.empty()) return options.format;
    const std::string ending = fs::path(options.out).extension();
    if (ending == ".csv") return kCsv;
    if (ending == ".sqlite" || ending == ".sqlite3" || ending == ".db") return kSqlite;
    if (ending.empty() || ending == ".jsonl" || ending == ".json" || ending == ".ndjson")
        return kJsonl;
    throw Error(ErrorCode::invalid_setting,
                "--out " + options.out + ": " + ending +
                    " is not a table that is written here; name it .jsonl, .csv or .sqlite, or say "
                    "which of them with --format (Parquet and spreadsheets are made of any by "
                    "pandas)");
}

std::unique_ptr<batch::Results> results_of(const BatchOptions& options,
                                           const batch::TakeVideo& take) {
    const std::string format = format_of(options);
    if (options.out.empty() && (options.resume || format == kSqlite))
        throw Error(ErrorCode::invalid_setting, (options.resume ? "--resume" : "--format sqlite") +
                                                    std::string(" needs --out"));
    if (format == kSqlite)
        return std::make_unique<batch::SqliteResults>(options.out, options.if_there(), take);
    const auto text = format == kCsv ? batch::Format::csv : batch::Format::jsonl;
    if (options.out.empty()) return std::make_unique<batch::TextResults>(text);
    return std::make_unique<batch::TextResults>(options.out, text, options.if_there(), take);
}

bool is_folder(const std::string& name) {
    std::error_code none;
    return fs::is_directory(name, none);
}

// The one that is searched, if it is one.
fs::path folder_of(const BatchOptions& options) {
    const bool one = options.videos.size() == 1 && is_folder(options.videos.front());
    return one ? fs::path(options.videos.front()) : fs::path();
}

batch::SelectionOptions selection_of(const BatchOptions& options) {
    return {.where = options.where,
            .list = options.list,
            .copy_to = options.copy_to,
            .below = folder_of(options),
            .if_there = options.resume ? NewFile::IfThere::replace : NewFile::IfThere::refuse};
}

UniqueFd open_list(const std::string& list) {
    UniqueFd file(::open(list.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw Error(ErrorCode::not_found, list + ": " + strerror(errno));
    return file;
}

bool is_list(const std::string& name) {
    return name != kStandardInput && !is_folder(name) && !batch::is_video_name(name);
}

// Each is a folder, a video, or a list.
void each_name(const std::vector<std::string>& videos, const std::stop_token& stop,
               const batch::TakeName& take) {
    bool more = true;
    const batch::TakeName take_more = [&](std::string name) {
        return more = take(std::move(name));
    };
    for (const std::string& name : videos) {
        if (!more) return;
        if (name == kStandardInput) {
            batch::names_from(STDIN_FILENO, stop, take_more);
        } else if (is_folder(name)) {
            batch::videos_below(name, take_more);
        } else if (is_list(name)) {
            batch::names_from(open_list(name).get(), stop, take_more);
        } else {
            take_more(name);
        }
    }
}

// How many there will be; nothing where only time can tell.
std::optional<std::size_t> count_names(const std::vector<std::string>& videos,
                                       const std::stop_token& stop) {
    const bool known = std::ranges::all_of(videos, [](const std::string& name) {
        std::error_code none;
        return !is_list(name) ? name != kStandardInput : fs::is_regular_file(name, none);
    });
    if (!known) return std::nullopt;
    std::size_t count = 0;
    each_name(videos, stop, [&](const std::string&) {
        ++count;
        return !stop.stop_requested();
    });
    return count;
}

void print(const batch::Selection& selection, const BatchOptions& options) {
    if (options.where.empty() && options.list.empty() && options.copy_to.empty()) return;
    std::cerr << selection.taken() << " videos match\n";
    if (selection.gone() > 0)
        std::cerr << selection.gone() << " of them are no longer there to be copied\n";
}

int run_batch(const BatchOptions& options) {
    const Interrupt interrupt;
    // A list that can't be read: before there is a table.
    for (const std::string& name : options.videos)
        if (is_list(name)) (void)open_list(name);
    batch::Selection selection(selection_of(options));
    pipeline::ModelOptions models = options.analysis.models();
    models.threads = 1;  // videos run side by side
    const pipeline::Analyzer analyzer(pipeline::load_models(models), options.analysis.analyzer());
    (void)analyzer.models().find(
        options.analysis.video.model);  // an unknown name: before any video

    batch::Summary summary;
    // A table on standard output is of what matches; one in a file is of all, so that it can be
    // gone on with.
    const bool only_matching = options.out.empty() && !options.where.empty();
    const auto select = [&](std::span<const batch::Row> video) {
        summary.add(video);
        if (selection.matches(video)) selection.take(video.front().video);
    };
    const auto results = results_of(options, select);
    Count count{.done = results->found(),
                .of = count_names(options.videos, interrupt.token()),
                .before = results->found()};
    if (count.before > 0) std::cerr << count.before << " videos are in the table already\n";
    ProgressLine progress("videos");
    batch::run(
        analyzer,
        {.request = [&] { return options.analysis.request(); },
         .wanted =
             [&](std::span<const batch::Row> video) {
                 return !only_matching || selection.matches(video);
             },
         .jobs = options.jobs},
        *results, interrupt.token(),
        [&](const batch::TakeName& take) { each_name(options.videos, interrupt.token(), take); },
        [&](std::span<const batch::Row> video) {
            select(video);
            ++count.done;
            if (video.front().error) ++count.errors;
            progress.show(count);
        });
    selection.finish();
    progress.end();
    std::cerr << progress.total(count) << '\n' << summary.text();
    print(selection, options);
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
                     "videos; a folder: those below it; a list with a name a line, on standard "
                     "input if it is called -")
        ->required();
    command->add_option("--out", options->out, "table to write; by default standard output");
    command
        ->add_option("--format", options->format,
                     "jsonl, csv or sqlite; by default as --out is named, else jsonl")
        ->check(CLI::IsMember({kJsonl, kCsv, kSqlite}));
    command->add_option("--jobs", options->jobs, "videos at a time; by default one a core")
        ->check(CLI::Range(1, kMaxJobs));
    command->add_flag("--resume", options->resume,
                      "go on with the table --out; leave out its videos");
    command->add_option(
        "--where", options->where,
        "which videos --list, --copy-matching and a table on standard output are about: a "
        "condition on the columns, such as 'score >= 0.9 and abs(offset) <= 2'");
    command->add_option("--list", options->list, "file for the names of the videos that match");
    command->add_option("--copy-matching", options->copy_to,
                        "folder to copy the videos that match to");
    options->analysis.add_to(*command);
    command->callback([options, &status] { status = run_batch(*options); });
}

}  // namespace syncnet::cli
