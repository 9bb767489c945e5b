// `syncnet calibrate`: score and thresholds fitted to one's own clips.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/error.h"
#include "base/new_file.h"
#include "base/number_text.h"
#include "cli/analysis_flags.h"
#include "cli/clips.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "evaluate/calibrator.h"

namespace syncnet::cli {
namespace {

constexpr int kMaxJobs = 256;

struct CalibrateFlags {
    std::string manifest, out, split;
    double fpr = evaluate::CalibratorOptions{}.fpr;
    int jobs = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxJobs);
    bool force = false;
    AnalysisFlags analysis;
};

std::string percent(double share) {
    return fixed_point(100 * share, 2) + " %";
}

void print(const char* when, const evaluate::ErrorRates& rates, std::ostream& out) {
    out << "  " << when << "  allowed though not genuine (FPR) " << percent(rates.fpr)
        << "  genuine but not allowed (FNR) " << percent(rates.fnr) << "  EER "
        << percent(rates.eer) << '\n';
}

void print(const evaluate::CalibrationReport& report, const std::string& name, std::ostream& out) {
    const score::Thresholds& t = report.file.thresholds;
    out << name << ": for " << report.file.model << ' ' << report.file.model_version << ", from "
        << report.genuine << " genuine clips and " << report.others << " others\n"
        << "  ALLOW from a score of " << fixed_point(t.allow, 4) << " on, NEXT from "
        << fixed_point(t.next, 4) << " on\n";
    print("before", report.before, out);
    print("after ", report.after, out);
    for (const evaluate::ChangedDecision& c : report.changed)
        out << "  " << c.path << " (" << (c.genuine ? "genuine" : "not genuine")
            << "): " << score::to_string(c.before) << " becomes " << score::to_string(c.after)
            << '\n';
    out << "  " << report.changed.size() << " decisions change\n";
}

void write(const score::CalibrationFile& calibration, NewFile& file, const std::string& name) {
    std::ofstream stream(file.path());
    stream << score::to_text(calibration);
    stream.close();
    if (!stream) throw Error(ErrorCode::cannot_write, name + " can't be written");
    file.put_in_place();
}

int run_calibrate(const CalibrateFlags& flags) {
    const Interrupt interrupt;
    const auto clips = read_clips(flags.manifest, {.split = flags.split}).selected;
    NewFile file(flags.out, flags.force ? NewFile::IfThere::replace : NewFile::IfThere::refuse);
    pipeline::ModelOptions models = flags.analysis.models();
    models.threads = 1;  // clips run side by side
    const pipeline::Analyzer analyzer(pipeline::load_models(models), flags.analysis.analyzer());
    const auto report = [&] {
        ProgressBar bar(true);
        return evaluate::calibrate(
            analyzer, clips,
            {.request = [&] { return flags.analysis.request(); },
             .fpr = flags.fpr,
             .jobs = flags.jobs,
             .on_progress = [&](double done) { bar.update(done); },
             .on_left_out =
                 [](const std::string& line) { std::cerr << "left out: " << line << '\n'; }},
            interrupt.token());
    }();
    write(report.file, file, flags.out);
    print(report, flags.out, std::cout);
    return kDone;
}

}  // namespace

void add_calibrate(CLI::App& app, int& status) {
    auto* const command =
        app.add_subcommand("calibrate", "Fit score and thresholds to one's own clips");
    const auto flags = std::make_shared<CalibrateFlags>();
    command
        ->add_option("manifest", flags->manifest,
                     "JSONL, or CSV with a header: path, label, and speaker, split")
        ->required();
    command->add_option("-o,--out", flags->out, "file to write")->required();
    command->add_option("--split", flags->split, "only the clips of this split");
    command
        ->add_option("--fpr", flags->fpr,
                     "share of the clips that are not genuine which may be ALLOWed")
        ->check(CLI::Range(0.0001, 0.5))
        ->capture_default_str();
    command->add_option("--jobs", flags->jobs, "clips at a time; by default one a core")
        ->check(CLI::Range(1, kMaxJobs));
    command->add_flag("--force", flags->force, "replace the file if it is there");
    flags->analysis.add_to(*command);
    command->callback([flags, &status] { status = run_calibrate(*flags); });
}

}  // namespace syncnet::cli
