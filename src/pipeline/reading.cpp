#include "pipeline/reading.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "pipeline/decoding.h"
#include "pipeline/face_reading.h"
#include "pipeline/hearing.h"
#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

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

// Looks at the reading as it grows: where nobody is told, more and more rarely, so that all looks
// together cost no more than a few of the last one.
class Watch {
  public:
    Watch(const Looks& looks, bool told) : looks_(looks), told_(told), next_(looks.every) {}

    bool due(std::int64_t frames) const { return looks_.look && frames >= next_; }
    // True: that is enough.
    bool look(const Reading& so_far) {
        constexpr std::int64_t kShare = 20;
        next_ =
            so_far.frames + (told_ ? looks_.every : std::max(looks_.every, so_far.frames / kShare));
        return looks_.look(so_far);
    }

  private:
    const Looks& looks_;
    bool told_;
    std::int64_t next_;
};

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
    track.last_box = track.mean_box;
    track.lips = reader->finish();
    if (request.to_draw || request.boxes)
        track.boxes.assign(static_cast<std::size_t>(track.frames), track.mean_box);
    reading.tracks.push_back(std::move(track));
}

Listener::Options listening(const ScoringModel& scoring, const Request& request) {
    return {.mfcc = scoring.network->info().hears_mfcc, .peaks = request.to_draw};
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
}

void take(const Listener& listener, Hearing& hearing, Reading& reading) {
    take(hearing.whole(listener.frames()), reading);
    reading.peaks = listener.peaks();
}

// What is known while the video goes on. The container's favourite audio is the only one.
Reading so_far(const Decoding& decoding, FaceReading& faces, Hearing& hearing,
               const Reading& begun) {
    Reading reading = begun;
    reading.frames = faces.frames();
    reading.cuts = faces.cuts();
    reading.any_face = faces.any_face();
    reading.tracks = faces.tracks_so_far();
    const HeardAudio audio = decoding.audio_so_far();
    reading.has_audio = !audio.log_mel.empty();
    take(hearing.so_far(audio.frames()), reading);
    if (reading.has_audio && reading.video.audio_track) {
        const Tried only{.pick = {.track = *reading.video.audio_track}};
        reading.audio_search = AudioSearch{.chosen = only, .tried = {only}};
    }
    return reading;
}

// False: a look was enough, and the reading is as it was then.
bool follow_faces(Decoding& decoding, const Models& models, const ScoringModel& scoring,
                  sync::SyncSession& session, Hearing& hearing, const ReadingOptions& options,
                  const Request& request, const Looks& looks, Reading& reading) {
    FaceReading faces(models, scoring, session, options, request.to_draw || request.boxes);
    reading.detector = faces.detector();
    Watch watch(looks, static_cast<bool>(request.on_verdict));
    while (const auto frame = decoding.next_frame()) {
        check(request);
        note_size(frame->image, reading);
        faces.push(frame->index, frame->image);
        report_progress(request, reading.video, frame->index);
        if (!watch.due(faces.frames())) continue;
        Reading now = so_far(decoding, faces, hearing, reading);
        if (!watch.look(now)) continue;
        reading = std::move(now);
        reading.stopped = true;
        return false;
    }
    faces.finish();
    reading.frames = faces.frames();
    reading.cuts = faces.cuts();
    reading.any_face = faces.any_face();
    reading.tracks = faces.take_tracks();
    return true;
}

// The reading has the audio of `first`. If its voice doesn't fit, another audio may.
void choose_audio(const media::OpenStream& open, const ScoringModel& scoring,
                  const Request& request, const FitOf& fit_of, const ChannelLevels& levels,
                  Hearing& hearing, Reading& reading) {
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
        take(listener, hearing, reading);
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
                   const ReadingOptions& options, const Request& request, const FitOf& fit_of,
                   const Looks& looks) {
    media::Options pick{.check = [&request] { check(request); }};
    if (request.audio != AudioChoice{})
        pick.audio_track = first_track(open(pick)->info(), request.audio);
    Decoding decoding(open, pick, listening(scoring, request), [&request] { check(request); });
    Reading reading{.video = decoding.info()};
    const auto session = scoring.network->start();
    Hearing hearing(scoring, *session, [&request] { check(request); });
    if (options.cropped)
        read_crops(decoding, *session, request, reading);
    else if (!follow_faces(decoding, models, scoring, *session, hearing, options, request, looks,
                           reading))
        return reading;
    reading.damage = decoding.damage();

    const Listener& listener = decoding.listener();
    reading.has_audio = !listener.frames().log_mel.empty();
    take(listener, hearing, reading);
    if (reading.has_audio && reading.video.audio_track)
        choose_audio(open, scoring, request, fit_of, listener.levels(), hearing, reading);
    return reading;
}

}  // namespace syncnet::pipeline
