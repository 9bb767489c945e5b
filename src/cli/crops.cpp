// `syncnet crops`: what the model would see and hear of a video, for training. Training and scoring
// share every step up to the crop, so they see the same pixels.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/folder.h"
#include "base/json.h"
#include "base/npy.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "cli/progress_line.h"
#include "media/reader.h"
#include "pipeline/face_follower.h"
#include "pipeline/models.h"

namespace syncnet::cli {
namespace {

struct Job {
    std::filesystem::path video;
    std::string name;
};

struct CropsOptions {
    std::vector<std::filesystem::path> videos;
    std::filesystem::path list, out = ".";
    int side = 80;  // LipSync sees the middle 64; the margin is for augmentation
    int stride = 4;
    pipeline::VideoOptions video;  // its time limit
};

struct Crops {
    std::int64_t first_frame = 0;
    std::vector<std::uint8_t> pixels;
};

std::vector<Job> jobs(const CropsOptions& options) {
    std::vector<Job> result;
    for (const auto& video : options.videos) result.push_back({video, video.stem().string()});
    if (options.list.empty()) return result;
    std::ifstream file(options.list);
    if (!file) throw Error(ErrorCode::not_found, "can't read " + options.list.string());
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos)
            throw Error(ErrorCode::invalid_request, "a line of the list has no tab: " + line);
        result.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    return result;
}

nlohmann::json extract(const Job& job, const CropsOptions& options,
                       const face::BlazeFaceModel& detector, ProgressBar& bar) {
    std::map<int, Crops> faces;
    const std::size_t frame_bytes =
        static_cast<std::size_t>(options.side) * static_cast<std::size_t>(options.side);
    pipeline::FaceFollower follower(
        std::make_unique<face::BlazeFace>(detector),
        {.detection_stride = options.stride, .tracker = {}},
        [&](const face::Track& track, std::int64_t frame, const media::Image& image) {
            Crops& crops = faces[track.id];
            if (crops.pixels.empty()) crops.first_frame = frame;
            const std::size_t at = crops.pixels.size();
            crops.pixels.resize(at + frame_bytes);
            face::lip_crop(image, face::smooth_lip_pose(track, frame), options.side,
                           std::span(crops.pixels).subspan(at));
        });
    std::vector<std::int16_t> samples;
    media::Reader reader(media::Source::from_path(job.video), {});
    const pipeline::Request request = pipeline::to_request(options.video);
    while (auto item = reader.next()) {
        pipeline::check(request);
        if (const auto* frame = std::get_if<media::Frame>(&*item)) {
            follower.push(frame->index, frame->image);
            if (const auto seconds = reader.info().seconds; seconds && *seconds > 0)
                bar.update(static_cast<double>(frame->index) / (*seconds * media::kFrameRate));
        } else {
            for (const float v : std::get<media::Samples>(*item).mono)
                samples.push_back(static_cast<std::int16_t>(
                    std::clamp(std::lround(v * 32768.0F), -32768L, 32767L)));
        }
    }
    follower.finish();
    // The longest track is taken to be the one that speaks.
    const auto best = std::ranges::max_element(
        faces, {}, [](const auto& entry) { return entry.second.pixels.size(); });
    if (best == faces.end()) return {{"error", "no face"}};
    const Crops& crops = best->second;
    const auto side = static_cast<std::size_t>(options.side);
    const std::size_t frames = crops.pixels.size() / frame_bytes;
    write_npy(options.out / (job.name + ".crops.npy"), {frames, side, side},
              std::span(crops.pixels));
    write_npy(options.out / (job.name + ".audio.npy"), {samples.size()},
              std::span<const std::int16_t>(samples));
    return {{"first_frame", crops.first_frame}, {"frames", frames}, {"samples", samples.size()}};
}

int crops(const CropsOptions& options) {
    if (options.videos.empty() && options.list.empty())
        throw Error(ErrorCode::invalid_setting, "name a video, or a --list of them");
    make_folder(options.out);
    const auto detector =
        pipeline::load_detector(pipeline::default_model_dir(), face::BlazeFaceRange::full);
    int status = kDone;
    const std::vector<Job> wanted = jobs(options);
    ProgressLine progress("videos");
    ProgressBar bar(wanted.size() == 1);
    std::size_t done = 0;
    for (const Job& job : wanted) {
        nlohmann::json line;
        try {
            line = extract(job, options, detector, bar);
        } catch (const Error& e) {
            line = {{"error", std::string(e.info().name) + ": " + e.what()}};
        }
        if (line.contains("error")) status = kBadInput;
        line["video"] = job.video.string();
        line["name"] = job.name;
        std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
        progress.show({.done = ++done, .of = wanted.size()});
    }
    return status;
}

}  // namespace

void add_crops(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand("crops", "Write mouth crops and audio, for training");
    const auto options = std::make_shared<CropsOptions>();
    command->add_option("video", options->videos, "videos");
    command->add_option("--list", options->list, "file with lines of path, tab, name");
    command->add_option("--out", options->out, "folder to write to");
    command->add_option("--side", options->side, "pixels of a crop's side")
        ->check(CLI::Range(16, 512));
    command->add_option("--stride", options->stride, "look for faces in every k-th frame")
        ->check(CLI::Range(1, 25));
    add_video_option(*command, "timeout", options->video);
    command->callback([options, &status] { status = crops(*options); });
}

}  // namespace syncnet::cli
