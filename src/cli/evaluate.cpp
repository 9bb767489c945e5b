// `syncnet evaluate`: how good the product is on a list of clips, as a report.
#include <algorithm>
#include <ctime>
#include <iostream>
#include <thread>

#include "base/error.h"
#include "base/folder.h"
#include "base/text.h"
#include "cli/analysis_flags.h"
#include "cli/clips.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_line.h"
#include "evaluate/report.h"
#include "evaluate/runner.h"
#include "syncnet/version.h"

namespace syncnet::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxJobs = 256;
constexpr std::size_t kMaxClips = 1'000'000;

struct EvaluateOptions {
    std::string manifest, out = "evaluation";
    evaluate::Selection selection;
    std::size_t limit = 0;  // 0: all
    std::size_t media_clips = evaluate::EvaluatorOptions{}.media_clips;
    int jobs = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxJobs);
    bool resume = false;
    std::vector<std::string> cases;
    AnalysisFlags analysis;
};

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

std::string command_line(const EvaluateOptions& o) {
    std::string text = "syncnet evaluate " + o.manifest + " --out " + o.out;
    const auto add = [&](const std::string& flag, const std::string& value) {
        if (!value.empty()) text += " " + flag + " " + value;
    };
    const auto add_all = [&](const std::string& flag, const std::vector<std::string>& values) {
        for (const std::string& value : values) add(flag, value);
    };
    add("--split", o.selection.split);
    add_all("--corpus", o.selection.corpora);
    add_all("--in-sync", o.selection.in_sync);
    add_all("--cases", o.cases);
    if (o.limit > 0) add("--limit", std::to_string(o.limit));
    add("--media-clips", std::to_string(o.media_clips));
    add("--jobs", std::to_string(o.jobs));
    return text + o.analysis.text();
}

evaluate::Groups groups_of(const EvaluateOptions& o) {
    evaluate::Groups groups;
    if (o.cases.empty())
        groups.wanted = {evaluate::kGroups.begin(), evaluate::kGroups.end()};
    else
        groups.wanted = {o.cases.begin(), o.cases.end()};
    return groups;
}

// What must be the same for records to belong together.
nlohmann::ordered_json head_of(const evaluate::RunFacts& facts, const EvaluateOptions& o,
                               const evaluate::Groups& groups) {
    return {{"format", "syncnet evaluate 2"}, {"version", facts.version},
            {"model", facts.model},           {"precision", facts.precision},
            {"options", o.analysis.text()},   {"manifest_sha256", facts.manifest_sha256},
            {"split", o.selection.split},     {"corpora", o.selection.corpora},
            {"in_sync", o.selection.in_sync}, {"limit", o.limit},
            {"media_clips", o.media_clips},   {"cases", groups.wanted}};
}

int run_evaluate(const EvaluateOptions& options) {
    const Interrupt interrupt;
    const Clips read = read_clips(options.manifest, options.selection);
    const std::vector<evaluate::Clip>& clips = read.selected;
    pipeline::ModelOptions models = options.analysis.models();
    models.threads = 1;  // clips run side by side
    const pipeline::Analyzer analyzer(pipeline::load_models(models), options.analysis.analyzer());
    const sync::SyncModelInfo& model =
        analyzer.models().find(options.analysis.video.model).network->info();

    evaluate::Evaluator evaluator(analyzer, clips,
                                  {.request = [&] { return options.analysis.request(); },
                                   .groups = groups_of(options),
                                   .media_clips = options.media_clips});
    evaluate::RunFacts facts{.version = std::string(version()),
                             .model = model.name + " " + model.version,
                             .precision = std::string(nn::to_string(model.precision)),
                             .manifest = options.manifest,
                             .manifest_sha256 = read.manifest.sha256,
                             .split = options.selection.split,
                             .command = command_line(options),
                             .date = today()};
    facts.notes = evaluator.left_out();
    for (const std::string& note : facts.notes) std::cerr << note << '\n';
    make_folder(options.out);
    evaluate::CasesFile file(fs::path(options.out) / "cases.jsonl",
                             head_of(facts, options, groups_of(options)), options.resume);
    if (!file.found().empty()) std::cerr << file.found().size() << " clips are measured already\n";
    const auto records = [&] {
        ProgressLine line("clips");
        return evaluate::run(evaluator, clips, file, options.jobs, interrupt.token(),
                             [&](const evaluate::Progress& p) {
                                 line.show({.done = p.done,
                                            .of = p.clips,
                                            .before = file.found().size(),
                                            .errors = p.errors,
                                            .seconds_left = p.seconds_left});
                             });
    }();
    if (records.size() < clips.size()) {
        std::cerr << "interrupted; --resume goes on from here\n";
        return kInterrupted;
    }
    evaluate::write_report(options.out, evaluate::report_json(facts, records), records);
    std::cerr << "report: " << (fs::path(options.out) / "report.html").string() << '\n';
    return kDone;
}

}  // namespace

void add_evaluate(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand(
        "evaluate", "Measure how good the answers are on a list of clips, and write a report");
    const auto options = std::make_shared<EvaluateOptions>();
    command
        ->add_option("manifest", options->manifest,
                     "JSONL, or CSV with a header: path, label, and offset, speaker, corpus, split")
        ->required();
    command->add_option("--out", options->out, "folder for the report and the cases")
        ->capture_default_str();
    command->add_option("--split", options->selection.split, "only the clips of this split");
    command->add_option("--corpus", options->selection.corpora, "only the clips of these corpora")
        ->delimiter(',')
        ->allow_extra_args(false);
    command
        ->add_option("--in-sync", options->selection.in_sync,
                     "corpora that are in sync as recorded: their offset is 0 where the manifest "
                     "names none")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--limit", options->limit, "clips of each corpus and label, drawn")
        ->check(CLI::Range(std::size_t{1}, kMaxClips));
    command
        ->add_option("--media-clips", options->media_clips,
                     "clips of each corpus, drawn, for the cases that need new media")
        ->check(CLI::Range(std::size_t{0}, kMaxClips))
        ->capture_default_str();
    command->add_option("--jobs", options->jobs, "clips at a time; by default one a core")
        ->check(CLI::Range(1, kMaxJobs));
    command->add_flag("--resume", options->resume, "go on with the cases in --out");
    command
        ->add_option("--cases", options->cases,
                     "only these: windows, swapped, shifted, delays, sub-frame, tampered, degraded")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember(
            std::vector<std::string>{evaluate::kGroups.begin(), evaluate::kGroups.end()}));
    options->analysis.add_to(*command);
    command->callback([options, &status] {
        if (options->limit > 0) options->selection.limit = options->limit;
        status = run_evaluate(*options);
    });
}

}  // namespace syncnet::cli
