#include "pipeline/analysis.h"

#include <cmath>

#include "base/json.h"
#include "base/json_field.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;
constexpr std::int64_t kFramesPerBox = 5;  // of a face's boxes, one in so many is told

json number(const std::optional<double>& value, int digits) {
    return value ? json(rounded(*value, digits)) : json(nullptr);
}

json box(const face::Box& b) {
    return {rounded(b.left, 1), rounded(b.top, 1), rounded(b.right, 1), rounded(b.bottom, 1)};
}

double to_seconds(std::int64_t frames) {
    return static_cast<double>(frames) / media::kFrameRate;
}

// [[seconds, left, top, right, bottom], ...]
json boxes(const TrackAnalysis& t) {
    json list = json::array();
    for (std::int64_t i = 0; i < std::ssize(t.boxes); i += kFramesPerBox) {
        json row = box(t.boxes[static_cast<std::size_t>(i)]);
        row.insert(row.begin(), rounded(to_seconds(t.first_frame + i), 2));
        list.push_back(std::move(row));
    }
    return list;
}

json curve(const sync::SyncCurve& c, int max_offset) {
    json values = json::array();
    for (int offset = -max_offset; offset <= max_offset; ++offset) {
        const double d = c.has(offset) ? c.mean_distance[c.shift_of(offset)] : NAN;
        values.push_back(std::isnan(d) ? json(nullptr) : json(rounded(d, 3)));
    }
    return values;
}

// [[from, to], ...] in seconds.
json intervals(std::span<const Interval> all) {
    json list = json::array();
    for (const Interval& i : all)
        list.push_back({rounded(to_seconds(i.from), 2), rounded(to_seconds(i.to), 2)});
    return list;
}

json codes_of(std::span<const score::Why> reasons) {
    json codes = json::array();
    for (const score::Why& why : reasons) codes.push_back(score::to_string(why.reason));
    return codes;
}

json track(const TrackAnalysis& t, int max_offset, const JsonOptions& options) {
    json line{{"offset", nullptr},
              {"confidence", nullptr},
              {"min_dist", nullptr},
              {"score", number(t.verdict.score, 4)},
              {"decision", score::to_string(t.verdict.decision)},
              {"reason_codes", codes_of(t.verdict.reasons)},
              {"track", t.id},
              {"start_s", rounded(to_seconds(t.first_frame), 2)},
              {"end_s", rounded(to_seconds(t.first_frame + t.frames), 2)},
              {"mean_box", box(t.mean_box)},
              {"speech_s", rounded(t.evidence.seen, 2)},
              {"evidence_s", rounded(t.voice.evidence_seconds, 2)},
              {"read", intervals(t.read)},
              {"spoke", intervals(t.spoke)}};
    if (!t.boxes.empty()) line["boxes"] = boxes(t);
    if (t.voice.result) {
        line["offset"] = t.voice.result->offset_frames;
        line["confidence"] = rounded(t.voice.result->confidence, 3);
        line["min_dist"] = rounded(t.voice.result->min_dist, 3);
        line["curve"] = curve(t.voice.curve, max_offset);
        if (options.framewise) {
            json framewise = json::array();
            for (const float c : t.framewise) framewise.push_back(rounded(c, 3));
            line["framewise_confidence"] = framewise;
        }
    }
    return line;
}

json passages(const score::Voice& voice) {
    json list = json::array();
    for (const score::Passage& p : voice.passages)
        list.push_back({{"start_s", rounded(to_seconds(p.frames.from), 2)},
                        {"end_s", rounded(to_seconds(p.frames.to), 2)},
                        {"track", p.face},
                        {"fits", p.fits},
                        {"offset_frames", rounded(p.offset_frames, 1)},
                        {"evidence_s", rounded(p.evidence_seconds, 2)}});
    return list;
}

json jumps(const score::Voice& voice) {
    json list = json::array();
    for (const score::Jump& j : voice.jumps)
        list.push_back({{"at_s", rounded(to_seconds(j.frame), 2)},
                        {"from_frames", j.from},
                        {"to_frames", j.to}});
    return list;
}

json frame_rate(const media::FrameRate& rate) {
    if (rate.frames == 0) return nullptr;
    return std::to_string(rate.frames) +
           (rate.seconds == 1 ? "" : "/" + std::to_string(rate.seconds));
}

// Which audio was judged, and which others the file has.
json audio(const Analysis& a) {
    if (!a.audio_search) return nullptr;
    const auto& all = a.video.audio_tracks;
    const Tried& chosen = a.audio_search->chosen;
    const auto& track = all[static_cast<std::size_t>(chosen.pick.track)];
    json tracks = json::array();
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::optional<double> speech;
        for (const Tried& t : a.audio_search->tried)
            if (t.pick.track == static_cast<int>(i))
                speech = std::max(speech.value_or(0), t.speech_seconds);
        tracks.push_back(
            {{"track", i + 1},
             {"language", all[i].language.empty() ? json(nullptr) : json(all[i].language)},
             {"codec", all[i].codec},
             {"channels", all[i].channels},
             {"layout", all[i].layout},
             {"sample_rate", all[i].sample_rate},
             {"default", all[i].is_default},
             {"speech_s", number(speech, 2)}});
    }
    json notes = json::array();
    const auto first = std::ranges::find_if(a.audio_search->tried, [&](const Tried& t) {
        return t.pick == AudioPick{.track = chosen.pick.track};
    });
    if (first != a.audio_search->tried.end() && first->levels.inverted())
        notes.push_back("phase_inverted");
    if (first != a.audio_search->tried.end() && first->levels.one_sided())
        notes.push_back("one_sided");
    return {{"track", chosen.pick.track + 1},
            {"language", track.language.empty() ? json(nullptr) : json(track.language)},
            {"codec", track.codec},
            {"channels", track.channels},
            {"layout", track.layout},
            {"used", to_string(chosen.pick.mix, track)},
            {"notes", notes},
            {"tracks", tracks}};
}

}  // namespace

json to_json(const Analysis& a, const JsonOptions& options) {
    json explanation = json::array();
    for (const score::Why& why : a.verdict.reasons) explanation.push_back(why.sentence);
    json results = json::array();
    for (const TrackAnalysis& t : a.tracks) results.push_back(track(t, a.max_offset, options));

    json answer{
        {"offset_frames", nullptr},
        {"confidence", nullptr},
        {"min_dist", nullptr},
        {"lag_ms", nullptr},
        {"fine_lag_ms", nullptr},
        {"score", number(a.verdict.score, 4)},
        {"decision", score::to_string(a.verdict.decision)},
        {"reason_codes", codes_of(a.verdict.reasons)},
        {"reasons", explanation},
        {"evidence_s", rounded(a.voice.evidence_seconds, 2)},
        {"mismatched_s", rounded(a.voice.mismatched_seconds, 2)},
        {"max_offset_ms", rounded(a.max_offset * kMsPerFrame, 0)},
        {"drift_ms_per_s", nullptr},
        {"drift_error_ms_per_s", nullptr},
        {"jumps", jumps(a.voice)},
        {"passages", passages(a.voice)},
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
          {"frame_rate", frame_rate(a.video.frame_rate)},
          {"time_code", a.video.time_code.empty() ? json(nullptr) : json(a.video.time_code)},
          {"seconds", rounded(a.seconds, 2)},
          {"audio_codec", a.video.audio_track ? json(a.video.audio_codec) : json(nullptr)},
          {"speech_s", rounded(a.evidence.speech, 2)},
          {"shots", a.shots},
          {"damaged_packets", a.damage.packets},
          {"truncated", a.damage.truncated}}},
        {"audio", audio(a)},
        {"debug", {{"num_results", results.size()}, {"all_results", results}}}};
    if (a.stopped) answer["stopped_at_s"] = rounded(a.seconds, 2);
    if (a.timeline)
        answer["windows"] =
            to_json(*a.timeline, options.all_windows ? a.timeline->tracks.size() : 1,
                    media::TimeCodes(a.video));
    if (a.voice.drift) {
        answer["drift_ms_per_s"] = rounded(a.voice.drift->ms_per_s, 2);
        answer["drift_error_ms_per_s"] = rounded(a.voice.drift->error, 2);
    }
    // No number without evidence: what was measured all the same is under debug.
    if (a.verdict.score) {
        const sync::SyncResult& r = *a.voice.result;
        answer["offset_frames"] = r.offset_frames;
        answer["lag_ms"] = r.offset_frames * kMsPerFrame;
        answer["fine_lag_ms"] = rounded(r.fine_offset_frames * kMsPerFrame, 1);
        answer["confidence"] = rounded(r.confidence, 3);
        answer["min_dist"] = rounded(r.min_dist, 3);
    }
    return answer;
}

}  // namespace syncnet::pipeline
