// `syncnet score`: one line for people, a plot of the sync curve, or exactly the service's JSON.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "base/json.h"
#include "batch/video_names.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "pipeline/analyzer.h"
#include "pipeline/verdict_so_far.h"
#include "score/sentences.h"

namespace syncnet::cli {
namespace {

constexpr int kPlotRows = 7;
constexpr std::string_view kStandardInput = "-";

struct ScoreOptions {
    std::vector<std::string> videos;
    bool json = false;
    bool framewise = false;
    bool follow = false;
    AnalysisFlags analysis;
};

// The published range around the minimum: what confidence is read from.
void plot(const sync::SyncCurve& curve, int middle, std::ostream& out) {
    const int reach = std::min(sync::kPublishedReach, curve.reach);
    middle = std::clamp(middle, reach - curve.reach, curve.reach - reach);
    std::vector<double> values;
    // Offsets grow to the right; shifts have the other sign.
    for (int offset = middle - reach; offset <= middle + reach; ++offset)
        values.push_back(curve.mean_distance[curve.shift_of(offset)]);
    double low = INFINITY;
    double high = -INFINITY;
    for (const double d : values)
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
        for (const double d : values)
            out << ' ' << (!std::isnan(d) && row_of(d) == row ? '*' : ' ');
        out << '\n';
    }
    constexpr int kLabelEvery = 5, kColumn = 2;
    out << "         +" << std::string(static_cast<std::size_t>(kColumn) * values.size(), '-')
        << "\n        ";
    for (int offset = middle - reach; offset <= middle + reach; offset += kLabelEvery)
        out << std::left << std::setw(kColumn * kLabelEvery)
            << ((offset < 0 || offset >= 10 ? " " : "  ") + std::to_string(offset));
    out << std::right << "frames\n";
}

void describe(const std::string& video, const pipeline::Analysis& a, std::ostream& out) {
    out << video << ": " << score::to_string(a.verdict.decision);
    if (a.verdict.score) {
        const sync::SyncResult& r = *a.voice.result;
        out << std::fixed << std::setprecision(2) << "  score " << *a.verdict.score
            << "  confidence " << r.confidence << "  min_dist " << r.min_dist << "  offset "
            << r.offset_frames << " frames";
        if (r.offset_frames != 0)
            out << " (the audio is " << score::offset_text(r.offset_frames) << ")";
    }
    out << "  (" << a.model << ' ' << a.model_version << ")\n";
    for (const score::Why& why : a.verdict.reasons) out << "  " << why.sentence << '\n';
    if (a.tracks.size() > 1) out << "  " << a.tracks.size() << " faces, or shots with one\n";
    // Without evidence there is no curve worth showing either.
    if (a.verdict.score) plot(a.voice.curve, a.voice.result->offset_frames, out);
}

// A folder stands for the videos below it.
std::vector<std::string> each_video(const std::vector<std::string>& names) {
    std::vector<std::string> videos;
    for (const std::string& name : names) {
        std::error_code none;
        if (!std::filesystem::is_directory(name, none)) {
            videos.push_back(name);
            continue;
        }
        const auto before = static_cast<std::ptrdiff_t>(videos.size());
        batch::videos_below(name, [&](std::string video) {
            videos.push_back(std::move(video));
            return true;
        });
        if (std::ssize(videos) == before)
            throw Error(ErrorCode::not_found, name + ": there is no video below this folder");
        std::sort(videos.begin() + before, videos.end());
    }
    return videos;
}

// A pipe can't be sought in, so its video is kept in memory.
std::vector<std::byte> from_standard_input() {
    std::vector<std::byte> bytes;
    std::array<std::byte, 65'536> piece;
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Error(ErrorCode::not_found,
                        std::string("standard input can't be read: ") + strerror(errno));
        if (got == 0) return bytes;
        bytes.insert(bytes.end(), piece.begin(), piece.begin() + got);
        if (std::ssize(bytes) > media::kDefaultMaxBytes)
            throw Error(ErrorCode::too_large, "more than " +
                                                  std::to_string(media::kDefaultMaxBytes) +
                                                  " bytes; give it as a file");
    }
}

// The line of a video that has no answer.
nlohmann::json failure(const Error& error) {
    const ErrorInfo& info = error.info();
    return {{"error", info.name},
            {"title", info.title_for_command()},
            {"detail", error.what()},
            {"hint", info.hint_for_command()}};
}

void print(nlohmann::json line, const std::string& video, bool named) {
    if (named) line["video_path"] = video;
    // A file's name may be any bytes.
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

// The verdict so far.
void follow(const pipeline::Analysis& so_far, bool as_json) {
    const auto line = pipeline::verdict_so_far(so_far);
    if (as_json) {
        std::cout << line.dump() << '\n';
        return;
    }
    std::cout << std::fixed << std::setprecision(1) << std::setw(7) << so_far.seconds << " s  "
              << score::to_string(so_far.verdict.decision) << std::setprecision(2);
    if (so_far.verdict.score) std::cout << "  score " << *so_far.verdict.score;
    std::cout << "  evidence " << so_far.voice.evidence_seconds << " s";
    for (const pipeline::Hint hint : pipeline::hints(so_far))
        std::cout << "  " << pipeline::to_string(hint);
    std::cout << '\n';
}

int score_videos(const ScoreOptions& options) {
    const pipeline::Analyzer analyzer(pipeline::load_models(options.analysis.models()),
                                      options.analysis.analyzer());
    (void)analyzer.models().find(
        options.analysis.video.model);  // an unknown name: before any video

    int status = kDone;
    const std::vector<std::string> videos = each_video(options.videos);
    const bool several = videos.size() > 1;
    for (const std::string& video : videos) {
        try {
            const auto piped =
                video == kStandardInput ? from_standard_input() : std::vector<std::byte>();
            const auto start = std::chrono::steady_clock::now();
            const auto result = [&] {
                ProgressBar bar(!options.follow);
                pipeline::Request request = options.analysis.request();
                if (options.follow)
                    request.on_verdict = [&](const pipeline::Analysis& so_far) {
                        follow(so_far, options.json);
                    };
                request.on_progress = [&](double done) { bar.update(done); };
                return analyzer.analyze(video == kStandardInput ? media::Source::from_bytes(piped)
                                                                : media::Source::from_path(video),
                                        request);
            }();
            if (options.json) {
                auto answer = pipeline::to_json(result, {.framewise = options.framewise});
                answer["processing_time_ms"] =
                    std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
                print(std::move(answer), video, several);
            } else {
                describe(video, result, std::cout);
            }
        } catch (const Error& e) {
            // The next video may be better.
            if (options.json) print(failure(e), video, several);
            status = std::max<int>(status, report(e, video));
        }
    }
    return status;
}

}  // namespace

void add_score(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("score", "Tell whether the voice belongs to the lips");
    const auto options = std::make_shared<ScoreOptions>();
    command
        ->add_option("video", options->videos,
                     "videos; a folder: those below it; -: one on standard input")
        ->required();
    command->add_flag("--json", options->json, "print what the service answers, a line a video");
    command->add_flag("--framewise", options->framewise,
                      "with --json: the confidence of every frame, too (syncnet_v2)");
    command->add_flag("--follow", options->follow,
                      "say what is known as the video goes on; with --json a line each");
    options->analysis.add_to(*command);
    command->callback([options, &status] { status = score_videos(*options); });
}

}  // namespace syncnet::cli
