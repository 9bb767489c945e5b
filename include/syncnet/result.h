// What is known of one video. Plain values: they may be copied, kept and read from any thread.
//
// Times are seconds from the start of the video. Offsets are frames of 40 ms, and > 0 where the
// audio leads: the audio that fits the lips lies earlier than the video, so delaying the audio
// lowers its offset. Confidences and distances are on the scale of the published SyncNet; they are
// its LSE-C and LSE-D only where Model::as_published is true.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syncnet/export.h"

namespace syncnet {

enum class Decision {
    allow,  // enough evidence, and it fits, at most two frames off
    next,   // not enough evidence, or not sure: take a second look
    block,  // enough evidence, and it fits nowhere, or at another time
};
SYNCNET_API std::string_view to_string(Decision decision) noexcept;  // "ALLOW", "NEXT", "BLOCK"

struct Reason {
    std::string code;      // stable; docs/api.md lists them
    std::string sentence;  // for people: what it is, and what to do
};

struct TimeSpan {
    double start_s = 0, end_s = 0;
};

// Pixels of the upright image, scaled down to 1920 on its longest side where that is longer.
struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;
};

struct Measurement {
    int offset_frames = 0;
    double fine_offset_frames = 0;  // the same between frames
    double confidence = 0;          // median - minimum of the sync curve
    double min_dist = 0;            // its minimum
    double evidence_s = 0;          // of speech with a readable mouth, at that offset
};

// The sync curve: the mean distance of lips and audio at each offset that was searched.
struct CurvePoint {
    int offset_frames = 0;
    std::optional<double> distance;  // nothing: too few pairs
};

// What there was to judge by, in seconds.
struct Evidence {
    bool has_audio = false, any_face = false;
    bool cut_off = false;     // the file ends before its header says
    double video_s = 0;       // its length
    double speech_s = 0;      // heard in it
    double seen_s = 0;        // of that, while a face was in view
    double readable_s = 0;    // of that, while a mouth could be read
    double still_s = 0;       // of that, while no mouth in view moved
    double fitting_s = 0;     // of speech with a readable mouth, what fits
    double mismatched_s = 0;  // and what doesn't
};

// One face, from a cut or from its coming into view to the next cut or its going.
struct Face {
    int track = 0;
    TimeSpan seen;
    Box mean_box;
    std::vector<TimeSpan> read;   // when its mouth could be read
    std::vector<TimeSpan> spoke;  // when the voice was its own
    // As if no other face were there.
    Decision decision = Decision::next;
    std::vector<Reason> reasons;
    std::optional<double> score;
    std::optional<Measurement> measurement;
    std::vector<CurvePoint> curve;  // in the order of offsets
    std::vector<float> framewise;   // confidence of each frame; the published SyncNet's alone
};

// A stretch of the video that one face explains at one offset, or that it doesn't.
struct Passage {
    TimeSpan time;
    int track = 0;
    bool fits = false;
    double offset_frames = 0;  // in its middle
    double evidence_s = 0;
};

struct Jump {
    double time_s = 0;
    int from_frames = 0, to_frames = 0;  // offsets
};

struct Drift {
    double ms_per_s = 0;  // > 0: the audio gets earlier and earlier, as it runs fast
    double error_ms_per_s = 0;
    bool significant = false;  // one offset doesn't explain the video
};

// Of the timeline, which Request::windows asks for. Windows lie on one grid for all faces.
struct Window {
    TimeSpan time;
    int track = 0;
    double speech_share = 0;                 // 0..1 of the window
    std::optional<Measurement> measurement;  // nothing: too little speech, or no readable mouth
    double fit = 0;  // 0..1: the voice belongs to the lips, at whichever offset
};

struct Speaking {
    TimeSpan time;
    std::optional<int> track;  // nothing: the voice belongs to none of the faces
};

struct Model {
    std::string name, version, precision, detector;
    bool as_published = false;  // confidence and min_dist are LSE-C and LSE-D
};

struct Result {
    Decision decision = Decision::next;
    std::vector<Reason> reasons;  // never empty; the one that decided first
    // 0..1: that these are a person and that person's voice. Nothing, as the measurement, where
    // there was not enough evidence: no number is made up.
    std::optional<double> score;
    std::optional<Measurement> measurement;  // of all faces together
    std::vector<CurvePoint> curve;           // likewise; empty where no offset had enough pairs
    Evidence evidence;
    std::vector<Face> faces;  // the leading one first; at most 32
    std::vector<Passage> passages;
    std::vector<Jump> jumps;
    std::optional<Drift> drift;  // where there is enough to tell
    std::vector<Window> windows;
    std::vector<Speaking> speakers;  // of every interval of speech; with the windows
    Model model;
    std::optional<double> stopped_at_s;  // with Request::early: so much of the video was enough
    std::string json;  // as the service answers and `syncnet score --json` prints (docs/api.md)
};

}  // namespace syncnet
