// DIR/report.json, DIR/report.html and DIR/results.csv.
#pragma once

#include <filesystem>
#include <vector>

#include "base/json.h"
#include "evaluate/case.h"

namespace syncnet::evaluate {

// What was run, on what.
struct RunFacts {
    std::string version, model, precision;
    std::string manifest, manifest_sha256, split, command, date;
    std::vector<std::string> notes;  // what was left out, and why
};

nlohmann::ordered_json report_json(const RunFacts& facts, const std::vector<ClipRecord>& records);

// Each file is written beside and then renamed. Throws cannot_write, storage_full.
void write_report(const std::filesystem::path& folder, const nlohmann::ordered_json& report,
                  const std::vector<ClipRecord>& records);

}  // namespace syncnet::evaluate
