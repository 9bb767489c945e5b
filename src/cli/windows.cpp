// `syncnet windows`: one video over time.
#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "media/time_code.h"
#include "pipeline/analyzer.h"

namespace syncnet::cli {
namespace {

struct WindowsOptions {
    std::string video;
    pipeline::TimelineOptions timeline;
    bool json = false, all = false;
    AnalysisFlags analysis;
};

std::ostream& operator<<(std::ostream& out, const sync::SyncResult& r) {
    return out << std::fixed << std::setprecision(2) << std::setw(4) << r.offset_frames
               << " frames  confidence " << std::setw(5) << r.confidence << "  min_dist "
               << std::setw(5) << r.min_dist;
}

void print(const pipeline::TrackTimeline& track, const media::TimeCodes& times, std::ostream& out) {
    out << "face " << track.id << "\n";
    for (const pipeline::Window& w : track.windows) {
        out << "  " << times.range(w.frames) << "  ";
        if (w.evidence())
            out << *w.result << "  speech " << std::setw(3) << std::lround(100 * w.speech_share)
                << " %\n";
        else
            out << "no evidence: " << (w.enough_speech ? "lips out of sight" : "too little speech")
                << '\n';
    }
    out << (track.changes ? "  the offset changes\n" : "  one offset\n");
    for (const pipeline::OffsetRun& run : track.offsets)
        out << "  " << times.range(run.frames) << "  " << run.result << '\n';
}

void print(const WindowsOptions& options, const pipeline::Analysis& a, std::ostream& out) {
    const pipeline::Timeline& timeline = *a.timeline;
    const media::TimeCodes times(a.video);
    out << options.video << "  (" << a.model << ' ' << a.model_version << ")\n";
    for (const pipeline::TrackTimeline& track : timeline.tracks) {
        print(track, times, out);
        if (!options.all) break;
    }
    out << (timeline.speakers.empty() ? "no speech\n" : "who speaks\n");
    for (const pipeline::Speaking& s : timeline.speakers) {
        out << "  " << times.range(s.frames) << "  ";
        if (s.track)
            out << "face " << *s.track << '\n';
        else
            out << "none of the faces\n";
    }
}

int windows(const WindowsOptions& options) {
    const pipeline::Analyzer analyzer(pipeline::load_models(options.analysis.models()),
                                      options.analysis.analyzer());
    const auto analysis = [&] {
        ProgressBar bar(true);
        pipeline::Request request = options.analysis.request();
        request.timeline = options.timeline;
        request.on_progress = [&](double done) { bar.update(done); };
        return analyzer.analyze(media::Source::from_path(options.video), request);
    }();
    if (options.json)
        std::cout << pipeline::to_json(analysis, {.all_windows = options.all}).dump() << '\n';
    else
        print(options, analysis, std::cout);
    return kDone;
}

}  // namespace

void add_windows(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand(
        "windows", "The offset over time, where it changes, where speech is and who speaks");
    const auto options = std::make_shared<WindowsOptions>();
    command->add_option("video", options->video, "video")->required();
    command->add_option("--window", options->timeline.window_seconds, "seconds of a window")
        ->check(CLI::Range(0.4, 600.0))
        ->capture_default_str();
    command->add_option("--step", options->timeline.step_seconds, "seconds from one to the next")
        ->check(CLI::Range(0.04, 600.0))
        ->capture_default_str();
    command->add_flag("--all", options->all, "every face, not only the one that leads");
    command->add_flag("--json", options->json, "what `score --json` prints, and \"windows\"");
    options->analysis.add_to(*command);
    command->callback([options, &status] { status = windows(*options); });
}

}  // namespace syncnet::cli
