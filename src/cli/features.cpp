// `syncnet features`: what the networks make of a video, for other programs to use.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/folder.h"
#include "base/json.h"
#include "base/npy.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"

namespace syncnet::cli {
namespace {

struct FeaturesOptions {
    std::string video;
    std::filesystem::path out = ".";
    AnalysisFlags analysis;
};

void write_rows(const std::filesystem::path& path, std::span<const float> values,
                std::int64_t rows) {
    const auto count = static_cast<std::size_t>(rows);
    write_npy(path, {count, count == 0 ? 0 : values.size() / count}, values);
}

int features(const FeaturesOptions& options) {
    const auto models = pipeline::load_models(options.analysis.models());
    const pipeline::ScoringModel& scoring = models->find(options.analysis.video.model);
    const auto reading = [&] {
        ProgressBar bar(true);
        pipeline::Request request = options.analysis.request();
        request.on_progress = [&](double done) { bar.update(done); };
        const pipeline::ReadingOptions reading_options = options.analysis.reading();
        return pipeline::read_video(
            media::open_file(media::Source::from_path(options.video), reading_options.limits),
            *models, scoring, reading_options, request, {});
    }();
    make_folder(options.out);
    const std::string stem = std::filesystem::path(options.video).stem().string();
    const auto file = [&](const std::string& part) {
        return options.out / (stem + "." + part + ".npy");
    };
    nlohmann::json tracks = nlohmann::json::array();
    for (const pipeline::ReadTrack& track : reading.tracks) {
        const sync::Embeddings& lips = track.lips.embeddings;
        const std::string name = "track" + std::to_string(track.id);
        write_rows(file(name + ".lips"), lips.values, lips.count());
        if (!lips.reliability.empty())
            write_rows(file(name + ".lips_reliability"), lips.reliability, lips.count());
        if (!track.lips.features.empty())
            write_rows(file(name + ".features"), track.lips.features, lips.count());
        const std::vector<float>& readable = track.readable.probability;
        write_rows(file(name + ".readable"), readable, std::ssize(readable));
        tracks.push_back({{"track", track.id},
                          {"first_frame", track.first_frame},
                          {"frames", track.frames},
                          {"first_embedding", lips.first_frame},
                          {"embeddings", lips.count()}});
    }
    write_rows(file("sound"), reading.audio.values, reading.audio.count());
    if (!reading.audio.reliability.empty())
        write_rows(file("sound_reliability"), reading.audio.reliability, reading.audio.count());
    write_rows(file("speech"), reading.speech.probability, std::ssize(reading.speech.probability));
    const nlohmann::json summary{{"video", options.video},
                                 {"model", scoring.network->info().name},
                                 {"model_version", scoring.network->info().version},
                                 {"first_sound_embedding", reading.audio.first_frame},
                                 {"sound_embeddings", reading.audio.count()},
                                 {"first_speech", reading.speech.first_frame},
                                 {"tracks", tracks}};
    std::cout << summary.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return kDone;
}

}  // namespace

void add_features(CLI::App& app, int& status) {
    auto* const command =
        app.add_subcommand("features", "Write the embeddings of lips and audio as .npy files");
    const auto options = std::make_shared<FeaturesOptions>();
    command->add_option("video", options->video, "video")->required();
    command->add_option("--out", options->out, "folder to write to")->capture_default_str();
    options->analysis.add_reading_to(*command);
    command->callback([options, &status] { status = features(*options); });
}

}  // namespace syncnet::cli
