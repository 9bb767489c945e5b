#include "pipeline/reading.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "audio/log_mel.h"
#include "base/bounded_queue.h"
#include "base/error.h"
#include "face/wider_boxes.h"
#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

// Pictures decoded ahead: enough to keep both threads busy, few enough to hold in memory.
constexpr std::size_t kFramesAhead = 8;
// S3FD's boxes are used as they are found; BlazeFace's are smooth enough to be looked for rarely.
constexpr int kS3fdStride = 1;
constexpr int kBlazeFaceStride = 4;

// The sound's envelope.
class Peaks {
  public:
    void push(std::span<const float> samples) {
        for (const float sample : samples) {
            if (count_ % kSamples == 0) peaks_.push_back(0);
            peaks_.back() = std::max(peaks_.back(), std::abs(sample));
            ++count_;
        }
    }
    const std::vector<float>& values() const { return peaks_; }

  private:
    static constexpr std::int64_t kSamples = media::kSamplesPerFrame / kPeaksPerFrame;
    std::vector<float> peaks_;
    std::int64_t count_ = 0;
};

// Decodes on a thread of its own; the sound goes through the models' front ends there too.
class Decoding {
  public:
    Decoding(media::Source source, const media::Limits& limits, const Request& request)
        : reader_(std::move(source), limits),
          thread_([this, &request](const std::stop_token& stop) { run(stop, request); }) {}
    ~Decoding() { frames_.close(); }
    Decoding(const Decoding&) = delete;
    Decoding& operator=(const Decoding&) = delete;

    const media::Info& info() const { return reader_.info(); }

    // Throws what the reader threw.
    std::optional<media::Frame> next_frame() {
        auto frame = frames_.pop();
        if (!frame && failure_) std::rethrow_exception(failure_);
        return frame;
    }

    // Once next_frame() has returned nothing.
    sync::SoundFrames sound() const { return {.log_mel = mel_.frames(), .mfcc = mfcc_.frames()}; }
    const media::Damage& damage() const { return reader_.damage(); }
    const std::vector<float>& peaks() const { return peaks_.values(); }

  private:
    void run(const std::stop_token& stop, const Request& request) {
        try {
            while (!stop.stop_requested()) {
                // Here too: a file may have hours of sound behind its last picture.
                check(request);
                auto item = reader_.next();
                if (!item) break;
                if (auto* frame = std::get_if<media::Frame>(&*item)) {
                    if (!frames_.push(std::move(*frame))) return;
                } else {
                    const auto& samples = std::get<media::Samples>(*item).mono;
                    mel_.push(samples);
                    mfcc_.push(samples);
                    if (request.to_draw) peaks_.push(samples);
                }
            }
            mfcc_.finish();
        } catch (...) {
            failure_ = std::current_exception();
        }
        frames_.close();
    }

    media::Reader reader_;
    audio::LogMel mel_;
    audio::Mfcc mfcc_;
    Peaks peaks_;
    BoundedQueue<media::Frame> frames_{kFramesAhead};
    std::exception_ptr failure_;  // written before the queue is closed, read after
    std::jthread thread_;         // last: it must end before what it uses goes
};

std::vector<face::Box> boxes_of(const face::Track& track) {
    std::vector<face::Box> boxes;
    boxes.reserve(track.geometry.size());
    for (const face::Detection& d : track.geometry) boxes.push_back(d.box);
    return boxes;
}

face::Box mean_box(const face::Track& track) {
    face::Box sum;
    for (const face::Detection& d : track.geometry) {
        sum.left += d.box.left;
        sum.top += d.box.top;
        sum.right += d.box.right;
        sum.bottom += d.box.bottom;
    }
    const auto n = static_cast<float>(track.geometry.size());
    return {sum.left / n, sum.top / n, sum.right / n, sum.bottom / n};
}

struct ChosenDetector {
    std::unique_ptr<face::Detector> detector;
    int stride;
    std::string name;
    bool finds_mouths = true;
};

ChosenDetector choose_detector(const Models& models, const ScoringModel& scoring,
                               DetectorChoice choice) {
    const bool published = scoring.network->info().name == kSyncNetV2;
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

void report_progress(const Request& request, const media::Info& video, std::int64_t frame) {
    if (request.on_progress && video.seconds && *video.seconds > 0)
        request.on_progress(
            std::min(1.0, static_cast<double>(frame + 1) / media::kFrameRate / *video.seconds));
}

void note_size(const std::optional<media::Picture>& picture, Reading& reading) {
    if (!picture || reading.width > 0) return;
    reading.width = picture->width();
    reading.height = picture->height();
}

// Who looks at a face as long as it is followed.
struct OpenTrack {
    std::unique_ptr<sync::LipReader> lips;
    std::optional<face::MouthReader> mouth;
};

void follow_faces(Decoding& decoding, const Models& models, const ScoringModel& scoring,
                  sync::SyncSession& session, const ReadingOptions& options, const Request& request,
                  Reading& reading) {
    auto [detector, stride, name, finds_mouths] =
        choose_detector(models, scoring, options.detector);
    reading.detector = name;
    FaceFollowerOptions faces = options.faces;
    faces.geometry_reach = scoring.network->info().geometry_reach;
    if (faces.detection_stride == 0) faces.detection_stride = stride;

    std::optional<nn::Session> mouth;
    if (scoring.mouth && finds_mouths) mouth.emplace(scoring.mouth);
    std::map<int, OpenTrack> open;  // by track
    FaceFollower follower(
        std::move(detector), faces,
        [&](const face::Track& track, std::int64_t frame, const media::Picture& picture) {
            OpenTrack& looked_at = open[track.id];
            if (!looked_at.lips) {
                looked_at.lips = session.read_lips(frame);
                if (mouth) looked_at.mouth.emplace(*mouth);
            }
            looked_at.lips->push(picture, track, frame);
            if (looked_at.mouth) looked_at.mouth->push(picture, track, frame);
        },
        [&](const face::Track& track) {
            auto closed = open.extract(track.id);
            const std::int64_t frames = track.end_frame() - track.first_frame;
            if (closed.empty() || frames < options.min_track_frames) return;
            auto& [lips, mouth_reader] = closed.mapped();
            reading.tracks.push_back({.id = track.id,
                                      .first_frame = track.first_frame,
                                      .frames = frames,
                                      .mean_box = mean_box(track),
                                      .lips = lips->finish()});
            if (mouth_reader) reading.tracks.back().readable = mouth_reader->finish();
            if (request.to_draw) reading.tracks.back().boxes = boxes_of(track);
        });
    while (const auto frame = decoding.next_frame()) {
        check(request);
        note_size(frame->picture, reading);
        follower.push(frame->index, frame->picture);
        report_progress(request, reading.video, frame->index);
    }
    follower.finish();
    reading.frames = follower.frames();
    reading.cuts = follower.cuts();
    reading.any_face = follower.any_face();
}

// One track: the whole picture, from the first one on.
void read_crops(Decoding& decoding, sync::SyncSession& session, const Request& request,
                Reading& reading) {
    reading.detector = "none";
    std::unique_ptr<sync::LipReader> reader;
    ReadTrack track;
    while (const auto frame = decoding.next_frame()) {
        check(request);
        reading.frames = frame->index + 1;
        note_size(frame->picture, reading);
        report_progress(request, reading.video, frame->index);
        if (!frame->picture) continue;
        if (!reader) {
            track.first_frame = frame->index;
            track.mean_box = {0, 0, static_cast<float>(frame->picture->width()),
                              static_cast<float>(frame->picture->height())};
            reader = session.read_lips(frame->index);
        }
        reader->push_crop(*frame->picture);
    }
    if (!reader) return;
    reading.any_face = true;
    track.frames = reading.frames - track.first_frame;
    track.lips = reader->finish();
    if (request.to_draw) track.boxes.assign(static_cast<std::size_t>(track.frames), track.mean_box);
    reading.tracks.push_back(std::move(track));
}

}  // namespace

void check(const Request& request) {
    if (request.stop.stop_requested()) throw Error(ErrorCode::cancelled, "the caller gave up");
    if (request.deadline && std::chrono::steady_clock::now() > *request.deadline)
        throw Error(ErrorCode::timeout, "the video was not done in time");
}

Reading read_video(media::Source source, const Models& models, const ScoringModel& scoring,
                   const ReadingOptions& options, const Request& request) {
    Decoding decoding(std::move(source), options.limits, request);
    Reading reading{.video = decoding.info()};
    const auto session = scoring.network->start();
    if (options.cropped)
        read_crops(decoding, *session, request, reading);
    else
        follow_faces(decoding, models, scoring, *session, options, request, reading);
    reading.damage = decoding.damage();

    const auto between = [&] { check(request); };
    reading.peaks = decoding.peaks();
    const sync::SoundFrames sound = decoding.sound();
    reading.has_audio = !sound.log_mel.empty();
    reading.sound = session->hear(sound, between);
    reading.speech =
        without_far_voices(sync::SpeechDetector(scoring.speech).detect(sound.log_mel, between),
                           frame_levels(sound.log_mel));
    return reading;
}

}  // namespace syncnet::pipeline
