// report.json as a page for people: one file, nothing from elsewhere, for screens and paper.
#pragma once

#include <string>

#include "base/json.h"

namespace syncnet::evaluate {

// `report`: "run" (what was run, on what) and the summary (summary.h).
std::string page(const nlohmann::ordered_json& report);

// Its sections, from the summary.
std::string bars_section(const nlohmann::ordered_json& report);
std::string clips_section(const nlohmann::ordered_json& report);
std::string offsets_section(const nlohmann::ordered_json& report);
std::string delays_section(const nlohmann::ordered_json& report);
std::string separation_section(const nlohmann::ordered_json& report);
std::string scores_section(const nlohmann::ordered_json& report);
std::string decisions_section(const nlohmann::ordered_json& report);
std::string reliability_section(const nlohmann::ordered_json& report);
std::string tampered_section(const nlohmann::ordered_json& report);
std::string labels_section(const nlohmann::ordered_json& report);
std::string degraded_section(const nlohmann::ordered_json& report);
std::string time_section(const nlohmann::ordered_json& report);
std::string errors_section(const nlohmann::ordered_json& report);

}  // namespace syncnet::evaluate
