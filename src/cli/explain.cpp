// `syncnet explain`: the reasons behind a decision, for people.
#include <iostream>

#include "base/json.h"
#include "base/number_text.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "media/time_code.h"
#include "pipeline/analyzer.h"
#include "pipeline/explanation.h"

namespace syncnet::cli {
namespace {

struct ExplainFlags {
    std::string video;
    bool json = false;
    AnalysisFlags analysis;
};

void print(const char* title, const std::vector<std::string>& lines, std::ostream& out) {
    if (lines.empty()) return;
    out << '\n' << title << '\n';
    for (const std::string& line : lines) out << "  " << line << '\n';
}

void print(const std::string& video, const pipeline::Analysis& a, const pipeline::Explanation& e,
           const media::TimeCodes& times, std::ostream& out) {
    out << video << "  (" << a.model << ' ' << a.model_version << ")\n" << e.decision << '\n';
    print("What was seen", e.seen, out);
    std::vector<std::string> parts, carried, windows;
    for (const pipeline::ScorePart& p : e.parts) parts.push_back(p.text);
    for (const pipeline::CarryingWindow& w : e.carried_by)
        carried.push_back(times.range(w.frames) + "  offset " +
                          std::to_string(w.result.offset_frames) + "  confidence " +
                          fixed_point(w.result.confidence, 2));
    for (const pipeline::WindowSpan& s : e.windows)
        windows.push_back(times.range(s.frames) + "  " + s.text);
    print("What the score is made of", parts, out);
    print("Where it shows most clearly", carried, out);
    print("What each part of the video says", windows, out);
    print("What would have changed the decision", e.would_change, out);
    print("What to do", e.next_steps, out);
}

int explain(const ExplainFlags& flags) {
    const pipeline::Analyzer analyzer(pipeline::load_models(flags.analysis.models()),
                                      flags.analysis.analyzer());
    const auto calibration = analyzer.models().find(flags.analysis.video.model).calibration;
    const auto analysis = [&] {
        ProgressBar bar(true);
        pipeline::Request request = flags.analysis.request();
        request.timeline = pipeline::TimelineOptions{};
        request.on_progress = [&](double done) { bar.update(done); };
        return analyzer.analyze(media::Source::from_path(flags.video), request);
    }();
    const auto explanation = pipeline::explain(analysis, calibration);
    const media::TimeCodes times(analysis.video);
    if (flags.json) {
        auto answer = pipeline::to_json(analysis);
        answer["explanation"] = pipeline::to_json(explanation, times);
        std::cout << answer.dump() << '\n';
    } else {
        print(flags.video, analysis, explanation, times, std::cout);
    }
    return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("explain", "Tell in plain words why it is so decided");
    const auto flags = std::make_shared<ExplainFlags>();
    command->add_option("video", flags->video, "video")->required();
    command->add_flag("--json", flags->json, "what `windows --json` prints, and \"explanation\"");
    flags->analysis.add_to(*command);
    command->callback([flags, &status] { status = explain(*flags); });
}

}  // namespace syncnet::cli
