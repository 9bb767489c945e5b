#include "evaluate/report.h"

#include <fstream>
#include <system_error>

#include "base/error.h"
#include "evaluate/page.h"
#include "evaluate/summary.h"

namespace syncnet::evaluate {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

void write_file(const fs::path& path, const std::string& text) {
    const fs::path beside = path.string() + ".part";
    std::error_code failed;
    {
        std::ofstream file(beside, std::ios::binary | std::ios::trunc);
        file << text;
        file.close();
        if (!file) {
            fs::remove(beside, failed);
            throw Error(ErrorCode::cannot_write, path.string() + " can't be written");
        }
    }
    fs::rename(beside, path, failed);
    if (failed) throw Error(ErrorCode::cannot_write, path.string() + ": " + failed.message());
}

}  // namespace

ordered_json report_json(const RunFacts& facts, const std::vector<ClipRecord>& records) {
    std::size_t cases = 0;
    for (const ClipRecord& record : records) cases += record.cases.size();
    ordered_json report{{"run",
                         {{"version", facts.version},
                          {"model", facts.model},
                          {"precision", facts.precision},
                          {"manifest", facts.manifest},
                          {"manifest_sha256", facts.manifest_sha256},
                          {"split", facts.split},
                          {"command", facts.command},
                          {"date", facts.date},
                          {"notes", facts.notes},
                          {"cases", cases},
                          {"confidence_level", kConfidenceLevel},
                          {"bootstrap_resamples", kResamples}}}};
    report.update(summarise(Results(records)));
    return report;
}

void write_report(const fs::path& folder, const ordered_json& report,
                  const std::vector<ClipRecord>& records) {
    std::string csv = csv_header();
    for (const ClipRecord& record : records) csv += csv_rows(record);
    write_file(folder / "results.csv", csv);
    write_file(folder / "report.json", report.dump(1) + "\n");
    write_file(folder / "report.html", page(report));
}

}  // namespace syncnet::evaluate
