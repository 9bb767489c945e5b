#include "base/json.h"
#include "base/json_field.h"
#include "pipeline/explanation.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

constexpr int kDigits = 3;

json interval_json(const Interval& frames, const media::TimeCodes& times) {
    return {{"start_s", rounded(static_cast<double>(frames.from) / media::kFrameRate, 2)},
            {"end_s", rounded(static_cast<double>(frames.to) / media::kFrameRate, 2)},
            {"start", times.at(frames.from)},
            {"end", times.at(frames.to)}};
}

}  // namespace

json to_json(const Explanation& e, const media::TimeCodes& times) {
    json parts = json::array();
    for (const ScorePart& p : e.parts)
        parts.push_back({{"name", p.name},
                         {"value", rounded(p.value, kDigits)},
                         {"needed", p.needed ? json(rounded(*p.needed, kDigits)) : json(nullptr)},
                         {"enough", p.enough},
                         {"text", p.text}});
    json windows = json::array();
    for (const WindowSpan& s : e.windows) {
        json line = interval_json(s.frames, times);
        line["role"] = to_string(s.role);
        line["windows"] = s.windows;
        line["text"] = s.text;
        windows.push_back(line);
    }
    json carried = json::array();
    for (const CarryingWindow& w : e.carried_by) {
        json line = interval_json(w.frames, times);
        line["offset"] = w.result.offset_frames;
        line["confidence"] = rounded(w.result.confidence, kDigits);
        line["min_dist"] = rounded(w.result.min_dist, kDigits);
        carried.push_back(line);
    }
    return {{"decision", e.decision},    {"seen", e.seen},     {"parts", parts},
            {"carried_by", carried},     {"windows", windows}, {"would_change", e.would_change},
            {"next_steps", e.next_steps}};
}

}  // namespace syncnet::pipeline
