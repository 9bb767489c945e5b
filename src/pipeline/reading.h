// One video read: every face's lips and the audio as embeddings, streamed in bounded memory.
//
//   Decoding -> FaceReading -> LipReader --+
//            -> Listener -> SyncSession ----+-> Reading
//
// Images are decoded on one thread while faces and lips are read on another; images are let go
// as soon as no track needs them. What grows with the video are the embeddings and the audio's
// frames: about 170 MB an hour with one face and the bundled model.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "face/mouth_reader.h"
#include "media/stream.h"
#include "pipeline/audio_choice.h"
#include "pipeline/face_follower.h"
#include "pipeline/models.h"

namespace syncnet::pipeline {

struct Analysis;

enum class DetectorChoice {
    automatic,  // S3FD for the published SyncNet where its weights are there, else BlazeFace
    blaze_face,
    s3fd,
};

struct ReadingOptions {
    media::Limits limits;
    FaceFollowerOptions faces;
    DetectorChoice detector = DetectorChoice::automatic;
    int min_track_frames = 25;
    // The video is nothing but one face, cut out as the reference does: there is no face to find.
    bool cropped = false;
};

// Which of the faces are judged (pipeline/face_choice.h).
struct FaceChoice {
    enum class Which { all, largest, left, right, track };
    Which which = Which::all;
    int track = 0;  // of Which::track: as in debug.all_results

    bool operator==(const FaceChoice&) const = default;
};

// What is measured over time (pipeline/timeline.h).
struct TimelineOptions {
    double window_seconds = 2;
    double step_seconds = 1;  // from the beginning of one window to that of the next
};

// How far the bundled models search for the offset, both ways, where nobody says; and at most. The
// published SyncNet searches as it was published.
inline constexpr int kMaxOffsetMs = 2000;
inline constexpr int kLeastMaxOffsetMs = 200, kMostMaxOffsetMs = 10'000;

// What a caller may ask of one analysis.
struct Request {
    std::string model;                            // a scoring model's name; empty: the default one
    std::optional<score::Thresholds> thresholds;  // nothing: the analyzer's
    std::optional<TimelineOptions> timeline;      // nothing: the clip as a whole only
    FaceChoice face;                              // whose voice it has to be
    AudioChoice audio;                            // in which of the file's audio tracks
    std::optional<int> max_offset_ms;             // nothing: the analyzer's
    bool boxes = false;                           // where each face is, over time
    bool early = false;    // stop as soon as the rest can't change the verdict
    bool to_draw = false;  // keep what an image of the reading needs
    // 0..1 of the video, from time to time, on the caller's thread. Not called where the length is
    // unknown.
    std::function<void(double)> on_progress;
    // What is known of the video as it goes on, on the caller's thread, every kLookFrames frames.
    // Not called by models that judge a file as a whole alone.
    std::function<void(const Analysis&)> on_verdict;
    std::stop_token stop;                                           // throws cancelled
    std::optional<std::chrono::steady_clock::time_point> deadline;  // throws timeout
};

// Throws cancelled, timeout.
void check(const Request& request);

struct ReadTrack {
    int id = 0;
    std::int64_t first_frame = 0, frames = 0;
    face::Box mean_box, last_box;
    sync::Lips lips;
    face::Readability readable;    // empty where the detector finds no mouths, or nobody can tell
    std::vector<face::Box> boxes;  // of each frame; if the request was to_draw, or wants boxes
};

struct Reading {
    media::Info video;
    media::Damage damage;
    std::int64_t frames = 0;    // of image
    int width = 0, height = 0;  // of the first image, upright; what boxes are pixels of
    int cuts = 0;
    bool any_face = false;
    bool has_audio = false;
    std::string detector;
    std::vector<ReadTrack> tracks;  // as they ended
    sync::Embeddings audio;
    sync::Speech speech;
    std::vector<float> peaks;  // if the request was to_draw
    // Which audio that is, and what was listened to before it was chosen. None: there is no audio.
    std::optional<AudioSearch> audio_search;
    bool stopped = false;  // before the video's end, as a look at it was enough
};

// How well the voice of a reading fits its lips, 0..1; 0 without evidence.
using FitOf = std::function<double(const Reading&)>;

// Looks at a reading as it grows.
inline constexpr std::int64_t kLookFrames = 12;  // just below half a second
struct Looks {
    std::int64_t every = kLookFrames;
    // True: that is enough; empty: none. What it is given has the faces and the audio up to here.
    std::function<bool(const Reading& so_far)> look = {};
};

// Throws what the stream throws, timeout, cancelled, model_not_available, invalid_request (no
// such audio track).
Reading read_video(const media::OpenStream& open, const Models& models, const ScoringModel& scoring,
                   const ReadingOptions& options, const Request& request, const FitOf& fit_of,
                   const Looks& looks = {});

}  // namespace syncnet::pipeline
