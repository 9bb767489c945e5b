// `syncnet fix`: a video whose audio is early or late, put right.
#include <cmath>
#include <iomanip>
#include <iostream>

#include "base/json.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "pipeline/fixer.h"

namespace syncnet::cli {
namespace {

struct FixFlags {
    std::string video, out, drift;
    bool force = false, json = false;
    AnalysisFlags analysis;
};

double moved_ms(const pipeline::Fix& fix) {
    return std::round(static_cast<double>(fix.audio_later.count()) / 100) / 10;
}

void print(const char* when, const pipeline::Analysis& a, std::ostream& out) {
    const sync::SyncResult& r = *a.voice.result;
    out << "  " << when << std::fixed << std::setprecision(2) << "  offset " << std::setw(3)
        << r.offset_frames << " frames  confidence " << std::setw(5) << r.confidence
        << "  min_dist " << std::setw(5) << r.min_dist << "  score " << *a.verdict.score << "  "
        << score::to_string(a.verdict.decision) << '\n';
}

void print(const FixFlags& flags, const pipeline::Fix& fix, std::ostream& out) {
    if (fix.after) {
        const double ms = moved_ms(fix);
        out << flags.out << ": the audio comes " << std::fixed << std::setprecision(1)
            << std::abs(ms) << " ms " << (ms > 0 ? "later" : "earlier") << " than in "
            << flags.video;
        if (fix.speed != 1)
            out << " at the beginning, and runs at " << std::setprecision(3) << 100 * fix.speed
                << " % of its speed";
        out << '\n';
    } else {
        out << flags.video << ": in sync already; nothing was written\n";
    }
    out << "  measured by " << fix.before.model << ' ' << fix.before.model_version << '\n';
    print("before", fix.before, out);
    if (fix.after) print("after ", *fix.after, out);
}

nlohmann::json to_json(const pipeline::Fix& fix) {
    return {{"written", fix.after.has_value()},
            {"sound_later_ms", fix.after ? moved_ms(fix) : 0.0},
            {"speed", fix.speed},
            {"before", pipeline::to_json(fix.before)},
            {"after", fix.after ? pipeline::to_json(*fix.after) : nlohmann::json(nullptr)}};
}

std::optional<media::Pitch> pitch_of(const std::string& drift) {
    if (drift.empty()) return std::nullopt;
    return drift == "resample" ? media::Pitch::resampled : media::Pitch::kept;
}

int fix_video(const FixFlags& flags) {
    const Interrupt interrupt;
    const pipeline::Analyzer analyzer(pipeline::load_models(flags.analysis.models()),
                                      flags.analysis.analyzer());
    const auto fix = [&] {
        ProgressBar bar(true);
        pipeline::Request request = flags.analysis.request();
        request.on_progress = [&](double done) { bar.update(done); };
        request.stop = interrupt.token();
        return pipeline::fix(
            analyzer, flags.video, flags.out,
            {.request = request,
             .drift = pitch_of(flags.drift),
             .limits = flags.analysis.reading().limits,
             .if_there = flags.force ? NewFile::IfThere::replace : NewFile::IfThere::refuse});
    }();
    if (flags.json)
        std::cout << to_json(fix).dump() << '\n';
    else
        print(flags, fix, std::cout);
    return kDone;
}

}  // namespace

void add_fix(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand(
        "fix",
        "Write the video anew with its audio in time; only audio that drifts is encoded again");
    const auto flags = std::make_shared<FixFlags>();
    command->add_option("video", flags->video, "video")->required();
    command
        ->add_option("-o,--out", flags->out, "file to write: .mp4 .m4v .mov .mkv .webm .ts or .mpg")
        ->required();
    command
        ->add_option("--drift", flags->drift,
                     "where the audio runs too fast or too slow, give it the speed of the video: "
                     "keep-pitch (voices sound as before) or resample (the pitch changes with the "
                     "speed, as when the rates were mixed up); the audio is encoded again")
        ->check(CLI::IsMember({"keep-pitch", "resample"}));
    command->add_flag("--force", flags->force, "replace the file if it is there");
    command->add_flag("--json", flags->json,
                      "what `score --json` prints, of the video before and after");
    flags->analysis.add_to(*command);
    command->callback([flags, &status] { status = fix_video(*flags); });
}

}  // namespace syncnet::cli
