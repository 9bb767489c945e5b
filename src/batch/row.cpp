#include "batch/row.h"

#include <type_traits>

#include "base/json_field.h"

namespace syncnet::batch {
namespace {

using nlohmann::ordered_json;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

double seconds(std::int64_t frames) {
    return rounded(static_cast<double>(frames) / media::kFrameRate, 2);
}

void set_voice(Row& row, const score::Voice& voice, bool as_published) {
    row.evidence_s = rounded(voice.evidence_seconds, 2);
    if (voice.drift) row.drift_ms_per_s = rounded(voice.drift->ms_per_s, 2);
    if (!voice.result) return;
    row.confidence = rounded(voice.result->confidence, 3);
    row.min_dist = rounded(voice.result->min_dist, 3);
    if (as_published) {
        row.lse_c = row.confidence;
        row.lse_d = row.min_dist;
    }
    row.offset_frames = voice.result->offset_frames;
    row.lag_ms = voice.result->offset_frames * kMsPerFrame;
}

void set_verdict(Row& row, const score::Verdict& verdict) {
    row.decision = std::string(score::to_string(verdict.decision));
    row.reasons = score::codes(verdict.reasons);
    if (verdict.score) row.score = rounded(*verdict.score, 4);
}

// Each column once, for writing and for reading back.
template <typename Row_, typename Column>
void each_column(Row_& row, Column column) {
    column("video", row.video);
    column("faces", row.faces);
    column("leading", row.leading);
    column("track", row.track);
    column("start_s", row.start_s);
    column("end_s", row.end_s);
    column("confidence", row.confidence);
    column("min_dist", row.min_dist);
    column("lse_c", row.lse_c);
    column("lse_d", row.lse_d);
    column("offset_frames", row.offset_frames);
    column("lag_ms", row.lag_ms);
    column("score", row.score);
    column("decision", row.decision);
    column("reasons", row.reasons);
    column("speech_s", row.speech_s);
    column("evidence_s", row.evidence_s);
    column("drift_ms_per_s", row.drift_ms_per_s);
    column("audio_track", row.audio_track);
    column("model", row.model);
    column("error", row.error);
    column("error_detail", row.error_detail);
}

template <typename T>
constexpr Column::Type type_of(const T& /*value*/) {
    using enum Column::Type;
    if constexpr (std::is_same_v<T, bool>)
        return boolean;
    else if constexpr (std::is_same_v<T, std::int64_t>)
        return integer;
    else if constexpr (std::is_same_v<T, double>)
        return real;
    else
        return text;
}
template <typename T>
constexpr Column::Type type_of(const std::optional<T>& /*value*/) {
    return type_of(T{});
}

}  // namespace

std::span<const Column> columns() {
    static const std::vector<Column> all = [] {
        std::vector<Column> found;
        const Row any;
        each_column(any, [&](const char* name, const auto& value) {
            found.push_back({.name = name, .type = type_of(value)});
        });
        return found;
    }();
    return all;
}

std::vector<Row> rows_of(const std::string& video, const pipeline::Analysis& analysis) {
    const std::string name = row_name(video);
    std::vector<Row> rows;
    for (const pipeline::TrackAnalysis& t : analysis.tracks) {
        Row row{.video = name,
                .faces = static_cast<std::int64_t>(analysis.tracks.size()),
                .leading = rows.empty(),
                .track = t.id,
                .start_s = seconds(t.first_frame),
                .end_s = seconds(t.first_frame + t.frames),
                .speech_s = rounded(t.evidence.seen, 2)};
        set_voice(row, row.leading ? analysis.voice : t.voice, analysis.as_published);
        set_verdict(row, row.leading ? analysis.verdict : t.verdict);
        rows.push_back(std::move(row));
    }
    if (rows.empty()) {
        Row row{.video = name, .speech_s = rounded(analysis.evidence.speech, 2)};
        set_voice(row, analysis.voice, analysis.as_published);
        set_verdict(row, analysis.verdict);
        rows.push_back(std::move(row));
    }
    for (Row& row : rows) {
        row.model = analysis.model + " " + analysis.model_version;
        if (analysis.audio_search) row.audio_track = analysis.audio_search->chosen.pick.track + 1;
    }
    return rows;
}

Row error_row(const std::string& video, ErrorCode code, std::string_view detail) {
    return {.video = row_name(video),
            .error = std::string(error_info(code).name),
            .error_detail = row_name(detail)};
}

std::string row_name(std::string_view video) {
    const std::string text =
        nlohmann::json(video).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return nlohmann::json::parse(text).get<std::string>();
}

ordered_json to_json(const Row& row) {
    ordered_json json = ordered_json::object();
    each_column(row, [&](const char* name, const auto& value) { json[name] = json_of(value); });
    return json;
}

std::optional<Row> row_from(const ordered_json& json) {
    try {
        Row row;
        each_column(row, [&](const char* name, auto& value) { read_into(value, json.at(name)); });
        return row;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

}  // namespace syncnet::batch
