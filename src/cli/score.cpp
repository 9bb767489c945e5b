// `syncnet score`: one line for people, a plot of the sync curve, or exactly the service's JSON.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "pipeline/analyzer.h"

namespace syncnet::cli {
namespace {

constexpr int kPlotRows = 7;

struct ScoreOptions {
    std::vector<std::string> videos;
    bool json = false;
    bool framewise = false;
    AnalysisFlags analysis;
};

void plot(const sync::SyncCurve& curve, std::ostream& out) {
    double low = INFINITY;
    double high = -INFINITY;
    for (const double d : curve.mean_distance)
        if (!std::isnan(d)) {
            low = std::min(low, d);
            high = std::max(high, d);
        }
    if (!(high > low)) return;
    const auto row_of = [&](double d) {
        return static_cast<int>(std::lround((high - d) / (high - low) * (kPlotRows - 1)));
    };
    for (int row = 0; row < kPlotRows; ++row) {
        const double level = high - (high - low) * row / (kPlotRows - 1);
        out << "  " << std::setw(6) << std::fixed << std::setprecision(2) << level << " |";
        // Offsets grow to the right; shifts have the other sign.
        for (std::size_t s = sync::kShifts; s-- > 0;) {
            const double d = curve.mean_distance[s];
            out << ' ' << (!std::isnan(d) && row_of(d) == row ? '*' : ' ');
        }
        out << '\n';
    }
    out << "         +" << std::string(2 * sync::kShifts, '-') << '\n'
        << "          -15       -10       -5         0         5        10        15  frames\n";
}

void describe(const std::string& video, const pipeline::Analysis& a, std::ostream& out) {
    out << video << ": " << score::to_string(a.verdict.decision);
    if (a.verdict.score) {
        const sync::SyncResult& r = *a.tracks.front().result;
        const int ms = std::abs(r.offset_frames) * 1000 / media::kFrameRate;
        out << std::fixed << std::setprecision(2) << "  score " << *a.verdict.score
            << "  confidence " << r.confidence << "  min_dist " << r.min_dist << "  offset "
            << r.offset_frames << " frames";
        if (r.offset_frames != 0)
            out << " (the sound is " << ms << " ms " << (r.offset_frames > 0 ? "early" : "late")
                << ")";
    }
    out << '\n';
    for (const score::Reason reason : a.verdict.reasons)
        out << "  " << score::explain(reason) << '\n';
    if (a.tracks.size() > 1)
        out << "  " << a.tracks.size() << " faces; the one that the sound fits best is shown\n";
    // Without evidence there is no curve worth showing either.
    if (a.verdict.score) plot(a.tracks.front().curve, out);
}

int score_videos(const ScoreOptions& options) {
    const pipeline::Analyzer analyzer(pipeline::load_models(options.analysis.models()),
                                      {.reading = options.analysis.reading()});
    (void)analyzer.models().find(options.analysis.model);  // an unknown name: before any video

    int status = kDone;
    for (const std::string& video : options.videos) {
        try {
            const auto start = std::chrono::steady_clock::now();
            const auto result = [&] {
                ProgressBar bar(!options.json);
                return analyzer.analyze(media::Source::from_path(video),
                                        {.model = options.analysis.model,
                                         .on_progress = [&](double done) { bar.update(done); }});
            }();
            if (options.json) {
                auto answer = pipeline::to_json(result, {.framewise = options.framewise});
                answer["processing_time_ms"] =
                    std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
                if (options.videos.size() > 1) answer["video_path"] = video;
                // A file's name may be any bytes.
                std::cout << answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                          << '\n';
            } else {
                describe(video, result, std::cout);
            }
        } catch (const Error& e) {
            // The next video may be better.
            status = std::max<int>(status, report(e, video));
        }
    }
    return status;
}

}  // namespace

void add_score(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("score", "Tell whether the voice belongs to the lips");
    const auto options = std::make_shared<ScoreOptions>();
    command->add_option("video", options->videos, "videos")->required();
    command->add_flag("--json", options->json, "print what the service answers, a line a video");
    command->add_flag("--framewise", options->framewise,
                      "with --json: the confidence of every frame, too (syncnet_v2)");
    options->analysis.add_to(*command);
    command->callback([options, &status] { status = score_videos(*options); });
}

}  // namespace syncnet::cli
