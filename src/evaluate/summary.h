// From cases to the numbers of the report. The JSON is the report: the page shows nothing else.
#pragma once

#include "base/json.h"
#include "evaluate/results.h"

namespace syncnet::evaluate {

// Each with an entry a corpus (Results::corpora); an estimate that can't be had has no value.
nlohmann::ordered_json clip_counts(const Results& results);
nlohmann::ordered_json offset_by_window(const Results& results);
nlohmann::ordered_json offsets_of_clips(const Results& results);
nlohmann::ordered_json delays(const Results& results);
nlohmann::ordered_json sub_frame(const Results& results);
nlohmann::ordered_json separation(const Results& results);
nlohmann::ordered_json scores(const Results& results);
nlohmann::ordered_json decisions(const Results& results);
nlohmann::ordered_json reliability_of_score(const Results& results);
nlohmann::ordered_json reliability_by_evidence(const Results& results);
nlohmann::ordered_json tampered(const Results& results);
nlohmann::ordered_json own_labels(const Results& results);
nlohmann::ordered_json degraded(const Results& results);
nlohmann::ordered_json time_per_stage(const Results& results);
nlohmann::ordered_json errors(const Results& results);

// All of them, and the bars.
nlohmann::ordered_json summarise(const Results& results);

// The bars of the issue: what was measured against what is wanted.
nlohmann::ordered_json bars(const nlohmann::ordered_json& summary, const Results& results);

}  // namespace syncnet::evaluate
