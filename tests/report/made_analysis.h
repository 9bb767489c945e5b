// An analysis as it comes of one face that speaks all the time, made by hand.
#pragma once

#include <functional>

#include "report/review.h"

namespace syncnet::report::testing {

// `offset_ms`: of the audio at each frame. Windows of 2 s every second, each with evidence.
inline pipeline::Analysis made_analysis(std::int64_t frames,
                                        const std::function<double(std::int64_t)>& offset_ms) {
    constexpr double kMsPerFrame = 40;
    pipeline::Analysis a;
    a.seconds = static_cast<double>(frames) / media::kFrameRate;
    a.video = {.container = "mp4", .video_codec = "h264", .width = 320, .height = 240};
    a.shots = 1;
    a.max_offset = 50;
    a.verdict = {.score = 0.95,
                 .decision = score::Decision::allow,
                 .reasons = {{score::Reason::in_sync, "It fits."}}};
    a.voice.fit = 0.99;
    a.voice.evidence_seconds = a.seconds;
    a.voice.result = sync::SyncResult{
        .offset_frames = static_cast<int>(std::lround(offset_ms(frames / 2) / kMsPerFrame)),
        .fine_offset_frames = offset_ms(frames / 2) / kMsPerFrame};
    pipeline::TrackTimeline track{.id = 7};
    for (std::int64_t from = 0; from + 50 <= frames; from += 25) {
        const double fine = offset_ms(from + 25) / kMsPerFrame;
        track.windows.push_back(
            {.frames = {from, from + 50},
             .result = sync::SyncResult{.offset_frames = static_cast<int>(std::lround(fine)),
                                        .fine_offset_frames = fine},
             .speech_share = 1,
             .fit = 0.9,
             .enough_speech = true,
             .enough_lips = true});
    }
    a.timeline = pipeline::Timeline{.tracks = {track},
                                    .speech = {{0, frames}},
                                    .speakers = {{.frames = {0, frames}, .track = 7}}};
    pipeline::TrackAnalysis face{.id = 7, .frames = frames};
    face.read = {{0, frames}};
    a.tracks.push_back(face);
    return a;
}

// One stretch at one offset, frame by frame as it was found.
inline score::Passage passage(Interval frames, double offset_ms, bool fits = true) {
    return {.frames = frames,
            .face = 7,
            .offset_frames = offset_ms / 40,
            .fits = fits,
            .evidence_seconds = static_cast<double>(frames.frames()) / media::kFrameRate};
}

// All of it at one offset.
inline pipeline::Analysis steady(double offset_ms, std::int64_t frames = 250) {
    auto a = made_analysis(frames, [&](std::int64_t) { return offset_ms; });
    a.voice.passages = {passage({0, frames}, offset_ms)};
    return a;
}

// In place at first, `late_ms` late from the middle on.
inline pipeline::Analysis jumping(double late_ms, std::int64_t frames = 500) {
    auto a = made_analysis(frames, [&](std::int64_t f) { return f < frames / 2 ? 0.0 : -late_ms; });
    a.voice.passages = {passage({0, frames / 2}, 0), passage({frames / 2, frames}, -late_ms)};
    a.voice.jumps = {{.frame = frames / 2, .from = 0, .to = static_cast<int>(-late_ms / 40)}};
    return a;
}

}  // namespace syncnet::report::testing
