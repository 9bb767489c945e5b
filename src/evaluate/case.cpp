#include "evaluate/case.h"

#include <cmath>

#include "base/json_field.h"
#include "evaluate/csv.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

constexpr int kDigits = 4;

// Each field once, for writing and for reading back.
template <typename Case_, typename Field>
void each_field(Case_& c, Field field) {
    field("kind", c.kind);
    field("step", c.step);
    field("trimmed", c.trimmed);
    field("true_offset", c.true_offset);
    field("offset", c.offset);
    field("fine_offset", c.fine_offset);
    field("confidence", c.confidence);
    field("min_dist", c.min_dist);
    field("score", c.score);
    field("evidence_s", c.evidence_s);
    field("decision", c.decision);
    field("reasons", c.reasons);
}

template <typename Record, typename Field>
void each_record_field(Record& r, Field field) {
    field("path", r.path);
    field("corpus", r.corpus);
    field("speaker", r.speaker);
    field("label", r.label);
    field("seconds", r.seconds);
    field("speech_seconds", r.speech_seconds);
    field("zero", r.zero);
    field("zero_known", r.zero_known);
    field("media", r.media);
    field("read_time", r.read_time);
    field("judge_time", r.judge_time);
    field("media_time", r.media_time);
    field("error", r.error);
    field("error_detail", r.error_detail);
}

std::string text_of(const ordered_json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? csv_field(value.get_ref<const std::string&>()) : value.dump();
}

}  // namespace

Case case_of(std::string_view kind, std::string_view step, const pipeline::Analysis& analysis,
             std::optional<double> true_offset) {
    Case c{.kind = std::string(kind),
           .step = std::string(step),
           .true_offset = true_offset,
           .evidence_s = rounded(analysis.voice.evidence_seconds, 2),
           .decision = std::string(score::to_string(analysis.verdict.decision)),
           .reasons = score::codes(analysis.verdict.reasons)};
    if (analysis.verdict.score) c.score = rounded(*analysis.verdict.score, kDigits);
    if (analysis.voice.result) set_result(c, *analysis.voice.result);
    return c;
}

void set_result(Case& c, const sync::SyncResult& result) {
    c.offset = result.offset_frames;
    c.fine_offset = rounded(result.fine_offset_frames, kDigits);
    c.confidence = rounded(result.confidence, kDigits);
    c.min_dist = rounded(result.min_dist, kDigits);
}

bool within(const Case& measured, double frames) {
    constexpr double kRounding = 1e-9;
    const auto error = measured.error();
    return error && std::abs(*error) <= frames + kRounding;
}

ordered_json to_json(const ClipRecord& record) {
    ordered_json json;
    each_record_field(record,
                      [&](const char* name, const auto& value) { json[name] = json_of(value); });
    ordered_json cases = ordered_json::array();
    for (const Case& c : record.cases) {
        ordered_json line;
        each_field(c, [&](const char* name, const auto& value) { line[name] = json_of(value); });
        cases.push_back(std::move(line));
    }
    json["cases"] = std::move(cases);
    return json;
}

std::optional<ClipRecord> record_from(const ordered_json& json) {
    ClipRecord record;
    try {
        each_record_field(record,
                          [&](const char* name, auto& value) { read_into(value, json.at(name)); });
        for (const ordered_json& line : json.at("cases")) {
            Case& c = record.cases.emplace_back();
            each_field(c, [&](const char* name, auto& value) { read_into(value, line.at(name)); });
        }
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
    return record;
}

std::string csv_header() {
    std::string text = "path,corpus,speaker,label,seconds,zero,zero_known";
    const Case any{};
    each_field(any, [&](const char* name, const auto&) { (text += ',') += name; });
    return text + ",error\n";
}

std::string csv_rows(const ClipRecord& record) {
    std::string start;
    for (const std::string* text : {&record.path, &record.corpus, &record.speaker, &record.label})
        (start += csv_field(*text)) += ',';
    (start += json_of(record.seconds).dump()) += ',';
    (start += text_of(json_of(record.zero))) += ',';
    start += record.zero_known ? "true" : "false";
    std::string rows;
    const auto add = [&](const Case& c) {
        rows += start;
        each_field(c, [&](const char*, const auto& v) { (rows += ',') += text_of(json_of(v)); });
        (rows += ',') += csv_field(record.error) + "\n";
    };
    for (const Case& c : record.cases) add(c);
    if (record.cases.empty()) add({});
    return rows;
}

}  // namespace syncnet::evaluate
