// The reasons behind a decision, in words for people who know nothing of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "media/time_code.h"
#include "pipeline/analysis.h"

namespace syncnet::pipeline {

// One of the measurements that the score is made of.
struct ScorePart {
    std::string name;  // "confidence", "min_dist", "offset_frames", "evidence"
    double value = 0;
    // With all else as it is, and the audio in its place if it is too far off for ALLOW, the score
    // reaches that threshold from here on. Nothing: at no value; offset_frames has none either.
    std::optional<double> needed;
    bool enough = false;
    std::string text;
};

enum class WindowRole { agrees, disagrees, no_evidence };
std::string_view to_string(WindowRole role);

// Windows of the leading face, one after the other, that say the same.
struct WindowSpan {
    Interval frames;
    WindowRole role = WindowRole::no_evidence;
    int windows = 0;
    std::string text;
};

// A window that speaks most clearly for the offset of the clip.
struct CarryingWindow {
    Interval frames;
    sync::SyncResult result;
};

struct Explanation {
    std::string decision;
    std::vector<std::string> seen;
    std::vector<ScorePart> parts;  // none without evidence, nor are there the next two
    std::vector<CarryingWindow> carried_by;
    std::vector<WindowSpan> windows;
    std::vector<std::string> would_change;  // what would have changed the decision
    std::vector<std::string> next_steps;
};

// The analysis was made with a timeline, and with this calibration.
Explanation explain(const Analysis& analysis, const score::Calibration& calibration);

// docs/cli.md tells each field.
nlohmann::json to_json(const Explanation& explanation, const media::TimeCodes& times);

}  // namespace syncnet::pipeline
