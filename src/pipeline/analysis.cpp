#include "pipeline/analysis.h"

#include <nlohmann/json.hpp>

#include "base/json_field.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

json number(const std::optional<double>& value, int digits) {
    return value ? json(rounded(*value, digits)) : json(nullptr);
}

json box(const face::Box& b) {
    return {rounded(b.left, 1), rounded(b.top, 1), rounded(b.right, 1), rounded(b.bottom, 1)};
}

json curve(const sync::SyncCurve& c) {
    json values = json::array();
    // In the order of reported offsets, -15 first: offsets are shifts with the other sign.
    for (std::size_t s = sync::kShifts; s-- > 0;)
        values.push_back(std::isnan(c.mean_distance[s]) ? json(nullptr)
                                                        : json(rounded(c.mean_distance[s], 3)));
    return values;
}

json track(const TrackAnalysis& t, const JsonOptions& options) {
    json line{
        {"offset", nullptr},
        {"confidence", nullptr},
        {"min_dist", nullptr},
        {"score", number(t.score, 4)},
        {"track", t.id},
        {"start_s", rounded(static_cast<double>(t.first_frame) / media::kFrameRate, 2)},
        {"end_s", rounded(static_cast<double>(t.first_frame + t.frames) / media::kFrameRate, 2)},
        {"mean_box", box(t.mean_box)},
        {"speech_s", rounded(t.speech_seconds, 2)}};
    if (t.result) {
        line["offset"] = t.result->offset_frames;
        line["confidence"] = rounded(t.result->confidence, 3);
        line["min_dist"] = rounded(t.result->min_dist, 3);
        line["curve"] = curve(t.curve);
        if (options.framewise) {
            json framewise = json::array();
            for (const float c : t.framewise) framewise.push_back(rounded(c, 3));
            line["framewise_confidence"] = framewise;
        }
    }
    return line;
}

}  // namespace

json to_json(const Analysis& a, const JsonOptions& options) {
    json reasons = json::array();
    json explanation = json::array();
    for (const score::Reason reason : a.verdict.reasons) {
        reasons.push_back(score::to_string(reason));
        explanation.push_back(score::explain(reason));
    }
    json results = json::array();
    for (const TrackAnalysis& t : a.tracks) results.push_back(track(t, options));

    json answer{{"offset_frames", nullptr},
                {"confidence", nullptr},
                {"min_dist", nullptr},
                {"lag_ms", nullptr},
                {"fine_lag_ms", nullptr},
                {"score", number(a.verdict.score, 4)},
                {"decision", score::to_string(a.verdict.decision)},
                {"reason_codes", reasons},
                {"reasons", explanation},
                {"model",
                 {{"name", a.model},
                  {"version", a.model_version},
                  {"precision", a.precision},
                  {"detector", a.detector}}},
                {"video",
                 {{"container", a.video.container},
                  {"codec", a.video.video_codec},
                  {"width", a.video.width},
                  {"height", a.video.height},
                  {"fps", rounded(a.video.fps, 3)},
                  {"seconds", rounded(a.seconds, 2)},
                  {"audio_codec", a.video.has_audio ? json(a.video.audio_codec) : json(nullptr)},
                  {"speech_s", rounded(a.speech_seconds, 2)},
                  {"shots", a.shots},
                  {"damaged_packets", a.damage.packets},
                  {"truncated", a.damage.truncated}}},
                {"debug", {{"num_results", results.size()}, {"all_results", results}}}};
    if (a.timeline)
        answer["windows"] =
            to_json(*a.timeline, options.all_windows ? a.timeline->tracks.size() : 1);
    // No number without evidence: what was measured all the same is under debug.
    if (a.verdict.score && !a.tracks.empty()) {
        const sync::SyncResult& lead = *a.tracks.front().result;
        answer["offset_frames"] = lead.offset_frames;
        answer["lag_ms"] = lead.offset_frames * kMsPerFrame;
        answer["fine_lag_ms"] = rounded(lead.fine_offset_frames * kMsPerFrame, 1);
        answer["confidence"] = rounded(lead.confidence, 3);
        answer["min_dist"] = rounded(lead.min_dist, 3);
    }
    return answer;
}

}  // namespace syncnet::pipeline
