#include "api/to_result.h"

#include <cmath>

#include "base/json.h"

namespace syncnet {

std::string_view to_string(Decision decision) noexcept {
    switch (decision) {
        case Decision::allow:
            return score::to_string(score::Decision::allow);
        case Decision::block:
            return score::to_string(score::Decision::block);
        case Decision::next:
            break;
    }
    return score::to_string(score::Decision::next);
}

namespace api {
namespace {

double to_seconds(double frames) {
    return frames / media::kFrameRate;
}

TimeSpan to_span(const Interval& frames) {
    return {.start_s = to_seconds(static_cast<double>(frames.from)),
            .end_s = to_seconds(static_cast<double>(frames.to))};
}

std::vector<TimeSpan> to_spans(std::span<const Interval> all) {
    std::vector<TimeSpan> spans;
    for (const Interval& frames : all) spans.push_back(to_span(frames));
    return spans;
}

Decision to_decision(score::Decision decision) {
    switch (decision) {
        case score::Decision::allow:
            return Decision::allow;
        case score::Decision::block:
            return Decision::block;
        case score::Decision::next:
            break;
    }
    return Decision::next;
}

std::vector<Reason> to_reasons(std::span<const score::Why> whys) {
    std::vector<Reason> reasons;
    for (const score::Why& why : whys)
        reasons.push_back(
            {.code = std::string(score::to_string(why.reason)), .sentence = why.sentence});
    return reasons;
}

std::optional<Measurement> to_measurement(const std::optional<sync::SyncResult>& result) {
    if (!result) return std::nullopt;
    return Measurement{.offset_frames = result->offset_frames,
                       .fine_offset_frames = result->fine_offset_frames,
                       .confidence = result->confidence,
                       .min_dist = result->min_dist,
                       .evidence_s = to_seconds(result->evidence)};
}

// As far as was asked to search.
std::vector<CurvePoint> to_curve(const score::Voice& voice, int max_offset) {
    std::vector<CurvePoint> points;
    if (!voice.result) return points;
    for (int offset = -max_offset; offset <= max_offset; ++offset) {
        CurvePoint point{.offset_frames = offset};
        if (voice.curve.has(offset)) {
            const double distance = voice.curve.mean_distance[voice.curve.shift_of(offset)];
            if (!std::isnan(distance)) point.distance = distance;
        }
        points.push_back(point);
    }
    return points;
}

Face to_face(const pipeline::TrackAnalysis& track, int max_offset) {
    const face::Box& box = track.mean_box;
    return {
        .track = track.id,
        .seen = to_span({.from = track.first_frame, .to = track.first_frame + track.frames}),
        .mean_box = {.left = box.left, .top = box.top, .right = box.right, .bottom = box.bottom},
        .read = to_spans(track.read),
        .spoke = to_spans(track.spoke),
        .decision = to_decision(track.verdict.decision),
        .reasons = to_reasons(track.verdict.reasons),
        .score = track.verdict.score,
        .measurement = to_measurement(track.voice.result),
        .curve = to_curve(track.voice, max_offset),
        .framewise = track.framewise};
}

Evidence to_evidence(const pipeline::Analysis& analysis) {
    const score::Evidence& evidence = analysis.evidence;
    return {.has_audio = evidence.has_audio,
            .any_face = evidence.any_face,
            .cut_off = evidence.cut_off,
            .video_s = evidence.seconds,
            .speech_s = evidence.speech,
            .seen_s = evidence.seen,
            .readable_s = evidence.readable,
            .still_s = evidence.still,
            .fitting_s = analysis.voice.fitting_seconds,
            .mismatched_s = analysis.voice.mismatched_seconds};
}

void add_voice(const score::Voice& voice, Result& result) {
    for (const score::Passage& p : voice.passages)
        result.passages.push_back({.time = to_span(p.frames),
                                   .track = p.face,
                                   .fits = p.fits,
                                   .offset_frames = p.offset_frames,
                                   .evidence_s = p.evidence_seconds});
    for (const score::Jump& jump : voice.jumps)
        result.jumps.push_back({.time_s = to_seconds(static_cast<double>(jump.frame)),
                                .from_frames = jump.from,
                                .to_frames = jump.to});
    if (voice.drift)
        result.drift = Drift{.ms_per_s = voice.drift->ms_per_s,
                             .error_ms_per_s = voice.drift->error,
                             .significant = voice.drift->significant};
}

void add_timeline(const pipeline::Timeline& timeline, Result& result) {
    for (const pipeline::TrackTimeline& track : timeline.tracks)
        for (const pipeline::Window& window : track.windows) {
            Window shown{.time = to_span(window.frames),
                         .track = track.id,
                         .speech_share = window.speech_share};
            if (window.evidence()) {
                shown.measurement = to_measurement(window.result);
                shown.fit = window.fit;
            }
            result.windows.push_back(shown);
        }
    for (const pipeline::Speaking& speaking : timeline.speakers)
        result.speakers.push_back({.time = to_span(speaking.frames), .track = speaking.track});
}

}  // namespace

Result to_result(const pipeline::Analysis& analysis) {
    Result result{.decision = to_decision(analysis.verdict.decision),
                  .reasons = to_reasons(analysis.verdict.reasons),
                  .score = analysis.verdict.score,
                  .evidence = to_evidence(analysis),
                  .model = {.name = analysis.model,
                            .version = analysis.model_version,
                            .precision = analysis.precision,
                            .detector = analysis.detector,
                            .as_published = analysis.as_published},
                  .json = pipeline::to_json(analysis).dump(
                      -1, ' ', false, nlohmann::json::error_handler_t::replace)};
    if (analysis.verdict.score) {
        result.measurement = to_measurement(analysis.voice.result);
        result.curve = to_curve(analysis.voice, analysis.max_offset);
    }
    for (const pipeline::TrackAnalysis& track : analysis.tracks)
        result.faces.push_back(to_face(track, analysis.max_offset));
    add_voice(analysis.voice, result);
    if (analysis.stopped) result.stopped_at_s = analysis.seconds;
    if (analysis.timeline) add_timeline(*analysis.timeline, result);
    return result;
}

}  // namespace api
}  // namespace syncnet
