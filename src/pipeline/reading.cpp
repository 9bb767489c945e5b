#include "pipeline/reading.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/error.h"
#include "face/wider_boxes.h"
#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

// Images decoded ahead: enough to keep both threads busy, few enough to hold in memory.
constexpr std::size_t kFramesAhead = 8;
// S3FD's boxes are used as they are found; BlazeFace's are smooth enough to be looked for rarely.
constexpr int kS3fdStride = 1;
constexpr int kBlazeFaceStride = 4;

// Decodes on a thread of its own; the audio goes through the models' front ends there too.
class Decoding {
  public:
    Decoding(std::unique_ptr<media::Stream> stream, const Listener::Options& listening,
             const Request& request)
        : stream_(std::move(stream)),
          listener_({}, listening),
          thread_([this, &request](const std::stop_token& stop) { run(stop, request); }) {}
    ~Decoding() {
        frames_.close();
        stream_->stop();
    }
    Decoding(const Decoding&) = delete;
    Decoding& operator=(const Decoding&) = delete;

    const media::Info& info() const { return stream_->info(); }

    // Throws what the stream threw.
    std::optional<media::Frame> next_frame() {
        auto frame = frames_.pop();
        if (!frame && failure_) std::rethrow_exception(failure_);
        return frame;
    }

    // Once next_frame() has returned nothing.
    const Listener& listener() const { return listener_; }
    const media::Damage& damage() const { return stream_->damage(); }

  private:
    void run(const std::stop_token& stop, const Request& request) {
        try {
            while (!stop.stop_requested()) {
                // Here too: a file may have hours of audio behind its last image.
                check(request);
                auto item = stream_->next();
                if (!item) break;
                if (auto* frame = std::get_if<media::Frame>(&*item)) {
                    if (!frames_.push(std::move(*frame))) return;
                } else {
                    listener_.push(std::get<media::Samples>(*item));
                }
            }
            listener_.finish();
        } catch (...) {
            failure_ = std::current_exception();
        }
        frames_.close();
    }

    std::unique_ptr<media::Stream> stream_;
    Listener listener_;
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

void report_progress(const Request& request, const media::Info& video, std::int64_t frame) {
    if (request.on_progress && video.seconds && *video.seconds > 0)
        request.on_progress(
            std::min(1.0, static_cast<double>(frame + 1) / media::kFrameRate / *video.seconds));
}

void note_size(const std::optional<media::Image>& image, Reading& reading) {
    if (!image || reading.width > 0) return;
    reading.width = image->width();
    reading.height = image->height();
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
        [&](const face::Track& track, std::int64_t frame, const media::Image& image) {
            OpenTrack& looked_at = open[track.id];
            if (!looked_at.lips) {
                looked_at.lips = session.read_lips(frame);
                if (mouth) looked_at.mouth.emplace(*mouth);
            }
            looked_at.lips->push(image, track, frame);
            if (looked_at.mouth) looked_at.mouth->push(image, track, frame);
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
        note_size(frame->image, reading);
        follower.push(frame->index, frame->image);
        report_progress(request, reading.video, frame->index);
    }
    follower.finish();
    reading.frames = follower.frames();
    reading.cuts = follower.cuts();
    reading.any_face = follower.any_face();
}

// One track: the whole image, from the first one on.
void read_crops(Decoding& decoding, sync::SyncSession& session, const Request& request,
                Reading& reading) {
    reading.detector = "none";
    std::unique_ptr<sync::LipReader> reader;
    ReadTrack track;
    while (const auto frame = decoding.next_frame()) {
        check(request);
        reading.frames = frame->index + 1;
        note_size(frame->image, reading);
        report_progress(request, reading.video, frame->index);
        if (!frame->image) continue;
        if (!reader) {
            track.first_frame = frame->index;
            track.mean_box = {0, 0, static_cast<float>(frame->image->width()),
                              static_cast<float>(frame->image->height())};
            reader = session.read_lips(frame->index);
        }
        reader->push_crop(*frame->image);
    }
    if (!reader) return;
    reading.any_face = true;
    track.frames = reading.frames - track.first_frame;
    track.lips = reader->finish();
    if (request.to_draw) track.boxes.assign(static_cast<std::size_t>(track.frames), track.mean_box);
    reading.tracks.push_back(std::move(track));
}

// Audio as the model hears it.
struct Heard {
    sync::Embeddings audio;
    sync::Speech speech;
    std::vector<float> peaks;
};

Listener::Options listening(const ScoringModel& scoring, const Request& request) {
    return {.mfcc = scoring.network->info().hears_mfcc, .peaks = request.to_draw};
}

Heard hear(const Listener& listener, const ScoringModel& scoring, sync::SyncSession& session,
           const Request& request) {
    const auto between = [&] { check(request); };
    const sync::AudioFrames frames = listener.frames();
    return {.audio = session.hear(frames, between),
            .speech = without_far_voices(
                sync::SpeechDetector(scoring.speech).detect(frames.log_mel, between),
                frame_levels(frames.log_mel)),
            .peaks = listener.peaks()};
}

// One track's audio into `listener`, without a look at the images.
void listen(const media::OpenStream& open, int track, const Request& request, Listener& listener) {
    const auto stream =
        open({.audio_track = track, .check = [&request] { check(request); }, .images = false});
    while (const auto item = stream->next()) {
        check(request);
        if (const auto* samples = std::get_if<media::Samples>(&*item)) listener.push(*samples);
    }
    listener.finish();
}

void take(Heard heard, Reading& reading) {
    reading.audio = std::move(heard.audio);
    reading.speech = std::move(heard.speech);
    reading.peaks = std::move(heard.peaks);
}

// The reading has the audio of `first`. If its voice doesn't fit, another audio may.
void choose_audio(const media::OpenStream& open, const ScoringModel& scoring,
                  const Request& request, const FitOf& fit_of, const ChannelLevels& levels,
                  sync::SyncSession& session, Reading& reading) {
    const auto tried = [&](const AudioPick& pick, const ChannelLevels& of, bool judged) {
        const auto speech =
            speech_frames(reading.speech, reading.speech.first_frame,
                          reading.speech.first_frame + std::ssize(reading.speech.probability));
        return Tried{.pick = pick,
                     .speech_seconds = static_cast<double>(speech) / media::kFrameRate,
                     .fit = judged ? fit_of(reading) : 1,
                     .levels = of};
    };
    const AudioPick first{.track = *reading.video.audio_track};
    const auto& track = reading.video.audio_tracks[static_cast<std::size_t>(first.track)];
    const bool others =
        (request.audio.which == AudioChoice::Which::best &&
         std::ranges::count_if(reading.video.audio_tracks, &media::AudioTrack::readable) > 1) ||
        !other_mixes(levels, track).empty();
    const bool judged = others && fit_of && !reading.tracks.empty();

    AudioPick read = first;
    const auto read_again = [&](const AudioPick& pick) {
        Listener listener(pick.mix, listening(scoring, request));
        listen(open, pick.track, request, listener);
        take(hear(listener, scoring, session, request), reading);
        read = pick;
        return listener.levels();
    };
    reading.audio_search = find_audio(reading.video, request.audio, tried(first, levels, judged),
                                      [&](const AudioPick& pick) {
                                          const ChannelLevels heard = read_again(pick);
                                          return tried(pick, heard, true);
                                      });
    if (reading.audio_search->chosen.pick != read) read_again(reading.audio_search->chosen.pick);
    reading.video.audio_track = reading.audio_search->chosen.pick.track;
    reading.video.audio_codec =
        reading.video.audio_tracks[static_cast<std::size_t>(*reading.video.audio_track)].codec;
}

}  // namespace

void check(const Request& request) {
    if (request.stop.stop_requested()) throw Error(ErrorCode::cancelled, "the caller gave up");
    if (request.deadline && std::chrono::steady_clock::now() > *request.deadline)
        throw Error(ErrorCode::timeout, "the video was not done in time");
}

Reading read_video(const media::OpenStream& open, const Models& models, const ScoringModel& scoring,
                   const ReadingOptions& options, const Request& request, const FitOf& fit_of) {
    media::Options pick{.check = [&request] { check(request); }};
    if (request.audio != AudioChoice{})
        pick.audio_track = first_track(open(pick)->info(), request.audio);
    Decoding decoding(open(pick), listening(scoring, request), request);
    Reading reading{.video = decoding.info()};
    const auto session = scoring.network->start();
    if (options.cropped)
        read_crops(decoding, *session, request, reading);
    else
        follow_faces(decoding, models, scoring, *session, options, request, reading);
    reading.damage = decoding.damage();

    const Listener& listener = decoding.listener();
    reading.has_audio = !listener.frames().log_mel.empty();
    take(hear(listener, scoring, *session, request), reading);
    if (reading.has_audio && reading.video.audio_track)
        choose_audio(open, scoring, request, fit_of, listener.levels(), *session, reading);
    return reading;
}

}  // namespace syncnet::pipeline
