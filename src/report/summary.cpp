#include "report/summary.h"

#include "base/json.h"
#include "base/json_field.h"
#include "base/number_text.h"
#include "score/sentences.h"

namespace syncnet::report {
namespace {

using nlohmann::json;

constexpr double kMsPerFrame = 1000.0 / media::kFrameRate;

json interval(const Interval& frames, const media::TimeCodes& times) {
    return {{"start_s", rounded(static_cast<double>(frames.from) / media::kFrameRate, 2)},
            {"end_s", rounded(static_cast<double>(frames.to) / media::kFrameRate, 2)},
            {"start", times.at(frames.from)},
            {"end", times.at(frames.to)}};
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string plain(Outcome outcome) {
    return outcome == Outcome::not_judged ? "not judged" : std::string(to_string(outcome));
}

json fix(const Proposal& p) {
    json told{{"remedy", to_string(p.remedy)},
              {"text", p.text},
              {"command", p.command.empty() ? json(nullptr) : json(p.command)},
              {"audio_later_ms", nullptr},
              {"speed", nullptr}};
    if (p.remedy != Remedy::move && p.remedy != Remedy::stretch) return told;
    told["audio_later_ms"] =
        rounded(static_cast<double>(p.correction.audio_later.count()) / 1000, 1);
    if (p.remedy == Remedy::stretch) told["speed"] = rounded(p.correction.speed, 6);
    return told;
}

}  // namespace

std::string summary(const Review& r) {
    std::string text = r.video + ": " + headline(r) + "\n";
    text += "  measured by " + r.analysis.model + " " + r.analysis.model_version + "\n";
    for (const Judgement& j : r.judgements) {
        const Limit& l = limit(j.limit);
        text += "  " + padded(plain(j.outcome), 12) + std::string(l.name) + ", " +
                std::string(l.clause) + ": " + range_text(l);
        if (j.outcome != Outcome::not_judged)
            text += "; at worst " + score::offset_text(j.worst_ms / kMsPerFrame);
        text += "\n";
    }
    for (const Marker& m : r.markers) text += "  " + r.times.range(m.frames) + "  " + m.text + "\n";
    text += "  " + r.proposal.text + "\n";
    if (!r.proposal.command.empty()) text += "    " + r.proposal.command + "\n";
    return text;
}

json to_json(const Review& r) {
    json judged = json::array();
    for (const Judgement& j : r.judgements) {
        const Limit& l = limit(j.limit);
        const bool known = j.outcome != Outcome::not_judged;
        judged.push_back({{"limit", l.code},
                          {"name", l.name},
                          {"clause", l.clause},
                          {"early_ms", l.early_ms},
                          {"late_ms", l.late_ms},
                          {"outcome", to_string(j.outcome)},
                          {"worst_ms", known ? json(rounded(j.worst_ms, 1)) : json(nullptr)}});
    }
    json offsets = json::array();
    for (const OffsetPoint& p : r.offsets) {
        json line = interval(p.frames, r.times);
        line["offset_ms"] = rounded(p.offset_ms, 1);
        line["track"] = p.face;
        offsets.push_back(line);
    }
    json markers = json::array();
    for (const Marker& m : r.markers) {
        json line = interval(m.frames, r.times);
        line["kind"] = info(m.kind).code;
        line["limit"] = m.limit ? json(limit(*m.limit).code) : json(nullptr);
        line["offset_ms"] = m.offset_ms ? json(rounded(*m.offset_ms, 1)) : json(nullptr);
        line["text"] = m.text;
        markers.push_back(line);
    }
    json not_judged = json::array();
    for (const Unjudged& u : r.not_judged)
        not_judged.push_back({{"code", u.code}, {"text", u.sentence}});
    return {{"standard", to_string(r.standard)},
            {"outcome", to_string(r.outcome())},
            {"decided_by", limit(r.deciding().limit).code},
            {"headline", headline(r)},
            {"uncertainty_ms", kUncertaintyMs},
            {"limits", judged},
            {"offsets", offsets},
            {"markers", markers},
            {"compared_s", rounded(r.compared_seconds, 2)},
            {"speech_s", rounded(r.speech_seconds, 2)},
            {"fix", fix(r.proposal)},
            {"not_judged", not_judged}};
}

}  // namespace syncnet::report
