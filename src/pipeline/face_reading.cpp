#include "pipeline/face_reading.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/error.h"
#include "face/wider_boxes.h"

namespace syncnet::pipeline {
namespace {

// S3FD's boxes are used as they are found; BlazeFace's are smooth enough to be looked for rarely.
constexpr int kS3fdStride = 1;
constexpr int kBlazeFaceStride = 4;

struct ChosenDetector {
    std::unique_ptr<face::Detector> detector;
    int stride;
    std::string name;
    bool finds_mouths = true;
};

ChosenDetector choose_detector(const Models& models, const ScoringModel& scoring,
                               DetectorChoice choice) {
    const bool published = scoring.network->info().published;
    if (choice == DetectorChoice::s3fd && !(published && models.s3fd))
        throw Error(ErrorCode::model_not_available,
                    published ? "the weights of S3FD are not here"
                              : "S3FD finds no mouths, which lipsync needs");
    if (published && models.s3fd && choice != DetectorChoice::blaze_face)
        return {std::make_unique<face::S3fd>(*models.s3fd), kS3fdStride, "s3fd", false};
    auto detector = std::make_unique<face::BlazeFace>(models.blaze_face);
    if (!published) return {std::move(detector), kBlazeFaceStride, "blaze_face"};
    return {std::make_unique<face::WiderBoxes>(std::move(detector)), kBlazeFaceStride,
            "blaze_face"};
}

face::Box mean_box(std::span<const face::Detection> geometry) {
    face::Box sum;
    for (const face::Detection& d : geometry) {
        sum.left += d.box.left;
        sum.top += d.box.top;
        sum.right += d.box.right;
        sum.bottom += d.box.bottom;
    }
    const auto n = static_cast<float>(geometry.size());
    return {sum.left / n, sum.top / n, sum.right / n, sum.bottom / n};
}

}  // namespace

FaceReading::FaceReading(const Models& models, const ScoringModel& scoring,
                         sync::SyncSession& session, const ReadingOptions& options, bool keep_boxes)
    : session_(session), min_frames_(options.min_track_frames), keep_boxes_(keep_boxes) {
    auto [detector, stride, name, finds_mouths] =
        choose_detector(models, scoring, options.detector);
    detector_ = name;
    if (scoring.mouth && finds_mouths) mouth_.emplace(scoring.mouth);
    FaceFollowerOptions faces = options.faces;
    faces.geometry_reach = scoring.network->info().geometry_reach;
    if (faces.detection_stride == 0) faces.detection_stride = stride;
    follower_.emplace(
        std::move(detector), faces,
        [this](const face::Track& track, std::int64_t frame, const media::Image& image) {
            look(track, frame, image);
        },
        [this](const face::Track& track) { close(track); });
}

void FaceReading::push(std::int64_t frame, const std::optional<media::Image>& image) {
    follower_->push(frame, image);
}

void FaceReading::finish() {
    follower_->finish();
}

void FaceReading::look(const face::Track& track, std::int64_t frame, const media::Image& image) {
    OpenTrack& open = open_[track.id];
    if (!open.lips) {
        open.track = &track;
        open.lips = session_.read_lips(frame);
        if (mouth_) open.mouth.emplace(*mouth_);
    }
    open.lips->push(image, track, frame);
    if (open.mouth) open.mouth->push(image, track, frame);
    ++open.frames;
}

ReadTrack FaceReading::describe(const face::Track& track, std::int64_t frames) const {
    const auto geometry = std::span(track.geometry).first(static_cast<std::size_t>(frames));
    ReadTrack read{.id = track.id,
                   .first_frame = track.first_frame,
                   .frames = frames,
                   .mean_box = mean_box(geometry),
                   .last_box = geometry.back().box};
    if (keep_boxes_)
        for (const face::Detection& d : geometry) read.boxes.push_back(d.box);
    return read;
}

void FaceReading::close(const face::Track& track) {
    auto closed = open_.extract(track.id);
    const std::int64_t frames = track.end_frame() - track.first_frame;
    if (closed.empty() || frames < min_frames_) return;
    tracks_.push_back(describe(track, frames));
    tracks_.back().lips = closed.mapped().lips->finish();
    if (closed.mapped().mouth) tracks_.back().readable = closed.mapped().mouth->finish();
}

std::vector<ReadTrack> FaceReading::tracks_so_far() {
    std::vector<ReadTrack> tracks = tracks_;
    for (auto& [id, open] : open_) {
        if (open.frames < min_frames_) continue;
        tracks.push_back(describe(*open.track, open.frames));
        tracks.back().lips = open.lips->so_far();
        if (open.mouth) tracks.back().readable = open.mouth->so_far();
    }
    return tracks;
}

}  // namespace syncnet::pipeline
