// `syncnet visualise`: the clip again, with all that was measured drawn into it.
#include <iostream>

#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "visual/visualiser.h"

namespace syncnet::cli {
namespace {

struct VisualiseFlags {
    std::string video, out;
    pipeline::TimelineOptions timeline;
    bool force = false;
    AnalysisFlags analysis;
};

int visualise(const VisualiseFlags& flags) {
    const Interrupt interrupt;
    const pipeline::Analyzer analyzer(pipeline::load_models(flags.analysis.models()),
                                      flags.analysis.analyzer());
    const auto analysis = [&] {
        ProgressBar bar(true);
        pipeline::Request request = flags.analysis.request();
        request.on_progress = [&](double done) { bar.update(done); };
        request.stop = interrupt.token();
        return visual::visualise(
            analyzer, flags.video, flags.out,
            {.request = request,
             .limits = flags.analysis.reading().limits,
             .timeline = flags.timeline,
             .if_there = flags.force ? NewFile::IfThere::replace : NewFile::IfThere::refuse});
    }();
    std::cout << flags.out << ": " << score::to_string(analysis.verdict.decision) << ", "
              << analysis.tracks.size() << (analysis.tracks.size() == 1 ? " face" : " faces")
              << "  (" << analysis.model << ' ' << analysis.model_version << ")\n";
    return kDone;
}

}  // namespace

void add_visualise(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand(
        "visualise", "Write the clip with faces, audio, offset and decision drawn into it");
    const auto flags = std::make_shared<VisualiseFlags>();
    command->add_option("video", flags->video, "video")->required();
    command->add_option("-o,--out", flags->out, "file to write: .mp4")->required();
    command->add_flag("--force", flags->force, "replace the file if it is there");
    command->add_option("--window", flags->timeline.window_seconds, "seconds of a window")
        ->check(CLI::Range(0.4, 600.0))
        ->capture_default_str();
    command->add_option("--step", flags->timeline.step_seconds, "seconds from one to the next")
        ->check(CLI::Range(0.04, 600.0))
        ->capture_default_str();
    flags->analysis.add_to(*command);
    command->callback([flags, &status] { status = visualise(*flags); });
}

}  // namespace syncnet::cli
