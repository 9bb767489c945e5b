#include "pipeline/timeline.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_field.h"
#include "media/time_code.h"
#include "sync/offset_segments.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

constexpr double kMinSpeechShare = 0.25;
constexpr double kMinLipsShare = 0.5;
constexpr double kSpeakerFit = 0.5;  // less likely than not: it is nobody's
// The same where the window has the offset of the track around it, which chance seldom has.
constexpr double kSpeakerFitInTime = 0.2;
constexpr double kMinRunSeconds = 3;
constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

std::int64_t to_frames(double seconds) {
    return std::max<std::int64_t>(1, std::llround(seconds * media::kFrameRate));
}

struct Grid {
    explicit Grid(const TimelineOptions& options)
        : window(to_frames(options.window_seconds)), step(to_frames(options.step_seconds)) {}
    std::int64_t window, step;
};

struct Measured {
    std::vector<Window> windows;
    std::vector<sync::SyncCurve> curves;  // of each
};

class TrackMeasurer {
  public:
    TrackMeasurer(const Reading& reading, const ReadTrack& track, const ScoringModel& scoring)
        : reading_(&reading), track_(&track), calibration_(&scoring.calibration) {}

    sync::SyncCurve curve(const Interval& frames) const {
        return sync::sync_curve(track_->lips.embeddings, reading_->sound, calibration_->scale,
                                frames.from, frames.to);
    }

    // Windows of the clip's grid whose middle is in the track, or one for a track that is shorter.
    Measured measure(const Grid& grid) const {
        const std::int64_t end = track_->first_frame + track_->frames;
        Measured measured;
        std::int64_t first = (track_->first_frame - grid.window / 2) / grid.step * grid.step;
        for (std::int64_t from = std::max<std::int64_t>(0, first); from + grid.window / 2 < end;
             from += grid.step)
            if (from + grid.window / 2 >= track_->first_frame)
                add({.from = from, .to = std::min(from + grid.window, reading_->frames)}, measured);
        if (measured.windows.empty()) add({.from = track_->first_frame, .to = end}, measured);
        return measured;
    }

    // The runs of one offset, by the windows that have evidence.
    std::vector<OffsetRun> runs(const Measured& measured, const Grid& grid) const {
        std::vector<sync::SyncCurve> curves;
        std::vector<std::int64_t> middles;
        for (std::size_t i = 0; i < measured.windows.size(); ++i) {
            const Window& w = measured.windows[i];
            if (!w.evidence()) continue;
            curves.push_back(measured.curves[i]);
            middles.push_back((w.frames.from + w.frames.to) / 2);
        }
        sync::SegmentOptions options;
        // Windows that overlap say the same several times.
        options.change_cost *=
            std::max(1.0, static_cast<double>(grid.window) / static_cast<double>(grid.step));
        options.min_windows = static_cast<std::size_t>(
            std::max<std::int64_t>(2, to_frames(kMinRunSeconds) / grid.step));
        std::vector<OffsetRun> found;
        for (const sync::OffsetSegment& segment : sync::offset_segments(curves, options)) {
            const std::size_t last = segment.first + segment.count;
            Interval frames{.from = track_->first_frame,
                            .to = track_->first_frame + track_->frames};
            if (segment.first > 0)
                frames.from = (middles[segment.first - 1] + middles[segment.first]) / 2;
            if (last < middles.size()) frames.to = (middles[last - 1] + middles[last]) / 2;
            if (const auto result = sync::read_curve(curve(frames)))
                found.push_back({.frames = frames, .result = *result});
        }
        return found;
    }

  private:
    void add(const Interval& frames, Measured& measured) const {
        const auto length = static_cast<double>(frames.to - frames.from);
        const sync::SyncCurve c = curve(frames);
        Window w{.frames = frames, .result = sync::read_curve(c)};
        w.speech_share = static_cast<double>(speech_frames(
                             reading_->speech, std::max(frames.from, track_->first_frame),
                             std::min(frames.to, track_->first_frame + track_->frames))) /
                         length;
        w.enough_speech = w.speech_share >= kMinSpeechShare;
        w.enough_lips = w.result && static_cast<double>(w.result->pairs) >= kMinLipsShare * length;
        if (w.result) {
            sync::SyncResult in_place = *w.result;
            in_place.offset_frames = 0;
            w.fit = score::score(in_place, *calibration_);
        }
        measured.windows.push_back(w);
        measured.curves.push_back(c);
    }

    const Reading* reading_;
    const ReadTrack* track_;
    const score::Calibration* calibration_;
};

bool speaks(const TrackTimeline& track, const Window& w) {
    if (!w.evidence()) return false;
    const std::int64_t middle = (w.frames.from + w.frames.to) / 2;
    const bool in_time = std::ranges::any_of(track.offsets, [&](const OffsetRun& run) {
        return run.frames.from <= middle && middle < run.frames.to &&
               std::abs(run.result.offset_frames - w.result->offset_frames) <= 1;
    });
    return w.fit >= (in_time ? kSpeakerFitInTime : kSpeakerFit);
}

std::optional<int> speaker_at(const Timeline& timeline, const Reading& reading,
                              std::int64_t frame) {
    std::optional<int> speaker;
    double most = 0;
    for (std::size_t i = 0; i < timeline.tracks.size(); ++i) {
        const ReadTrack& seen = reading.tracks[i];
        if (frame < seen.first_frame || frame >= seen.first_frame + seen.frames) continue;
        const Window* w = timeline.window_at(timeline.tracks[i], frame);
        if (w == nullptr || !speaks(timeline.tracks[i], *w)) continue;
        if (!speaker || w->result->confidence > most) {
            speaker = seen.id;
            most = w->result->confidence;
        }
    }
    return speaker;
}

std::vector<Speaking> speakers(const Timeline& timeline, const Reading& reading) {
    std::vector<Speaking> found;
    for (const Interval& speech : timeline.speech)
        for (std::int64_t i = speech.from; i < speech.to; ++i) {
            const auto track = speaker_at(timeline, reading, i);
            if (!found.empty() && found.back().track == track && found.back().frames.to == i)
                found.back().frames.to = i + 1;
            else
                found.push_back({.frames = {.from = i, .to = i + 1}, .track = track});
        }
    return found;
}

json interval_json(const Interval& frames) {
    return {{"start_s", rounded(static_cast<double>(frames.from) / media::kFrameRate, 2)},
            {"end_s", rounded(static_cast<double>(frames.to) / media::kFrameRate, 2)},
            {"start", media::time_code(frames.from)},
            {"end", media::time_code(frames.to)}};
}

void add_result(json& line, const sync::SyncResult& r) {
    line["offset"] = r.offset_frames;
    line["lag_ms"] = r.offset_frames * kMsPerFrame;
    line["fine_lag_ms"] = rounded(r.fine_offset_frames * kMsPerFrame, 1);
    line["confidence"] = rounded(r.confidence, 3);
    line["min_dist"] = rounded(r.min_dist, 3);
    line["pairs"] = r.pairs;
}

json track_json(const TrackTimeline& track) {
    json windows = json::array();
    for (const Window& w : track.windows) {
        json line = interval_json(w.frames);
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
        json line = interval_json(run.frames);
        add_result(line, run.result);
        runs.push_back(line);
    }
    return {
        {"track", track.id}, {"drifts", track.drifts()}, {"offsets", runs}, {"windows", windows}};
}

}  // namespace

bool TrackTimeline::drifts() const {
    const auto [least, most] = std::ranges::minmax_element(
        offsets, {}, [](const OffsetRun& run) { return run.result.offset_frames; });
    return least != offsets.end() && most->result.offset_frames - least->result.offset_frames > 1;
}

const Window* Timeline::window_at(const TrackTimeline& track, std::int64_t frame) const {
    if (track.windows.empty()) return nullptr;
    const Grid grid(options);
    const std::int64_t from_first =
        frame - track.windows.front().frames.from - grid.window / 2 + grid.step / 2;
    return &track.windows[static_cast<std::size_t>(
        std::clamp<std::int64_t>(from_first / grid.step, 0, std::ssize(track.windows) - 1))];
}

Timeline timeline(const Reading& reading, const ScoringModel& scoring,
                  const TimelineOptions& options) {
    const Grid grid(options);
    Timeline result{.options = options, .speech = speech_intervals(reading.speech)};
    for (const ReadTrack& track : reading.tracks) {
        const TrackMeasurer measurer(reading, track, scoring);
        Measured measured = measurer.measure(grid);
        auto runs = measurer.runs(measured, grid);
        result.tracks.push_back(
            {.id = track.id, .windows = std::move(measured.windows), .offsets = std::move(runs)});
    }
    result.speakers = speakers(result, reading);
    return result;
}

json to_json(const Timeline& timeline, std::size_t tracks) {
    json speech = json::array();
    for (const Interval& i : timeline.speech) speech.push_back(interval_json(i));
    json speaking = json::array();
    for (const Speaking& s : timeline.speakers) {
        json line = interval_json(s.frames);
        line["track"] = s.track ? json(*s.track) : json(nullptr);
        speaking.push_back(line);
    }
    json shown = json::array();
    for (std::size_t i = 0; i < std::min(tracks, timeline.tracks.size()); ++i)
        shown.push_back(track_json(timeline.tracks[i]));
    return {{"window_s", timeline.options.window_seconds},
            {"step_s", timeline.options.step_seconds},
            {"speech", speech},
            {"speakers", speaking},
            {"tracks", shown}};
}

}  // namespace syncnet::pipeline
