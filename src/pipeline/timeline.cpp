#include "pipeline/timeline.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/json_field.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

constexpr double kMinSpeechShare = 0.25;
constexpr double kMinLipsShare = 0.5;
constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

std::int64_t to_frames(double seconds) {
    const auto steps = std::llround(seconds * media::kFrameRate / sync::kStepFrames);
    return std::max<std::int64_t>(1, steps) * sync::kStepFrames;
}

struct Grid {
    explicit Grid(const TimelineOptions& options)
        : window(to_frames(options.window_seconds)), step(to_frames(options.step_seconds)) {}
    std::int64_t window, step;
};

sync::SyncCurve curve_of(const FaceEvidence& face, const Interval& frames) {
    constexpr std::int64_t kStep = sync::kStepFrames;
    return face.map.curve(frames.from / kStep, (frames.to + kStep - 1) / kStep);
}

Window measure(const FaceEvidence& face, const Interval& frames, const Reading& reading,
               const score::Calibration& calibration) {
    const auto length = static_cast<double>(frames.frames());
    Window w{.frames = frames, .result = sync::read_curve(curve_of(face, frames))};
    w.speech_share =
        static_cast<double>(speech_frames(reading.speech, std::max(frames.from, face.seen.from),
                                          std::min(frames.to, face.seen.to))) /
        length;
    double readable = 0;
    for (std::int64_t i = std::max(frames.from, face.seen.from);
         i < std::min(frames.to, face.seen.to); ++i)
        readable += static_cast<double>(face.readable.at(i));
    w.enough_speech = w.speech_share >= kMinSpeechShare;
    w.enough_lips = w.result && readable >= kMinLipsShare * length;
    if (w.result) w.fit = score::fit(*w.result, calibration);
    return w;
}

// Windows of the clip's grid whose middle is in the track, or one for a track that is shorter.
std::vector<Window> windows_of(const FaceEvidence& face, const Reading& reading, const Grid& grid,
                               const score::Calibration& calibration) {
    std::vector<Window> windows;
    const auto add = [&](const Interval& frames) {
        windows.push_back(measure(face, frames, reading, calibration));
    };
    const std::int64_t first = (face.seen.from - grid.window / 2) / grid.step * grid.step;
    for (std::int64_t from = std::max<std::int64_t>(0, first);
         from + grid.window / 2 < face.seen.to; from += grid.step)
        if (from + grid.window / 2 >= face.seen.from)
            add({.from = from, .to = std::min(from + grid.window, reading.frames)});
    if (windows.empty()) add(face.seen);
    return windows;
}

// The passages of this face that fit, those of one offset together.
std::vector<OffsetRun> runs_of(const FaceEvidence& face, const score::Voice& voice) {
    std::vector<OffsetRun> runs;
    for (const score::Passage& p : voice.passages) {
        if (p.face != face.id || !p.fits) continue;
        const auto offset = static_cast<int>(std::lround(p.offset_frames));
        Interval frames = p.frames;
        if (!runs.empty() && runs.back().result.offset_frames == offset) {
            frames.from = runs.back().frames.from;
            runs.pop_back();
        }
        if (const auto result = sync::read_curve_at(curve_of(face, frames), offset))
            runs.push_back({.frames = frames, .result = *result});
    }
    return runs;
}

// Who speaks in each interval of speech, by the passages of the voice; nobody where none fits.
std::vector<Speaking> speakers(std::span<const Interval> speech, const score::Voice& voice) {
    std::vector<Speaking> found;
    for (const Interval& interval : speech)
        for (std::int64_t i = interval.from; i < interval.to; ++i) {
            std::optional<int> track;
            // Breaths belong to whoever spoke before.
            for (const score::Passage& p : voice.passages)
                if (p.fits && p.frames.from <= i && i < p.frames.to + 2 * sync::kStepFrames)
                    track = p.face;
            if (!found.empty() && found.back().track == track && found.back().frames.to == i)
                found.back().frames.to = i + 1;
            else
                found.push_back({.frames = {.from = i, .to = i + 1}, .track = track});
        }
    return found;
}

json interval_json(const Interval& frames, const media::TimeCodes& times) {
    return {{"start_s", rounded(static_cast<double>(frames.from) / media::kFrameRate, 2)},
            {"end_s", rounded(static_cast<double>(frames.to) / media::kFrameRate, 2)},
            {"start", times.at(frames.from)},
            {"end", times.at(frames.to)}};
}

void add_result(json& line, const sync::SyncResult& r) {
    line["offset"] = r.offset_frames;
    line["lag_ms"] = r.offset_frames * kMsPerFrame;
    line["fine_lag_ms"] = rounded(r.fine_offset_frames * kMsPerFrame, 1);
    line["confidence"] = rounded(r.confidence, 3);
    line["min_dist"] = rounded(r.min_dist, 3);
    line["evidence_s"] = rounded(r.evidence / media::kFrameRate, 2);
}

json track_json(const TrackTimeline& track, const media::TimeCodes& times) {
    json windows = json::array();
    for (const Window& w : track.windows) {
        json line = interval_json(w.frames, times);
        line["speech_share"] = rounded(w.speech_share, 2);
        line["evidence"] = w.evidence();
        if (w.evidence()) {
            add_result(line, *w.result);
            line["fit"] = rounded(w.fit, 4);
        }
        windows.push_back(line);
    }
    json runs = json::array();
    for (const OffsetRun& run : track.offsets) {
        json line = interval_json(run.frames, times);
        add_result(line, run.result);
        runs.push_back(line);
    }
    return {
        {"track", track.id}, {"drifts", track.changes}, {"offsets", runs}, {"windows", windows}};
}

}  // namespace

const Window* Timeline::window_at(const TrackTimeline& track, std::int64_t frame) const {
    if (track.windows.empty()) return nullptr;
    const Grid grid(options);
    const std::int64_t from_first =
        frame - track.windows.front().frames.from - grid.window / 2 + grid.step / 2;
    return &track.windows[static_cast<std::size_t>(
        std::clamp<std::int64_t>(from_first / grid.step, 0, std::ssize(track.windows) - 1))];
}

Timeline timeline(const Reading& reading, std::span<const FaceEvidence> faces,
                  const score::Voice& voice, const ScoringModel& scoring,
                  const TimelineOptions& options) {
    const Grid grid(options);
    Timeline result{.options = options, .speech = speech_intervals(reading.speech)};
    const bool changes = !voice.jumps.empty() || (voice.drift && voice.drift->significant);
    for (const FaceEvidence& face : faces)
        result.tracks.push_back({.id = face.id,
                                 .windows = windows_of(face, reading, grid, scoring.calibration),
                                 .offsets = runs_of(face, voice),
                                 .changes = changes});
    result.speakers = speakers(result.speech, voice);
    return result;
}

json to_json(const Timeline& timeline, std::size_t tracks, const media::TimeCodes& times) {
    json speech = json::array();
    for (const Interval& i : timeline.speech) speech.push_back(interval_json(i, times));
    json speaking = json::array();
    for (const Speaking& s : timeline.speakers) {
        json line = interval_json(s.frames, times);
        line["track"] = s.track ? json(*s.track) : json(nullptr);
        speaking.push_back(line);
    }
    json shown = json::array();
    for (std::size_t i = 0; i < std::min(tracks, timeline.tracks.size()); ++i)
        shown.push_back(track_json(timeline.tracks[i], times));
    return {{"window_s", timeline.options.window_seconds},
            {"step_s", timeline.options.step_seconds},
            {"speech", speech},
            {"speakers", speaking},
            {"tracks", shown}};
}

}  // namespace syncnet::pipeline
