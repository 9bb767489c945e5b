#include "pipeline/model_manifest.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/json.h"
#include "base/sha256.h"
#include "face/s3fd.h"
#include "pipeline/models.h"
#include "sync/syncnet_v2.h"

namespace syncnet::pipeline {
namespace fs = std::filesystem;

std::vector<ManifestEntry> load_manifest(const fs::path& path) {
    std::ifstream file(path);
    if (!file) throw Error(ErrorCode::bad_model, path.string() + ": there is no such file");
    const auto json = nlohmann::json::parse(file, nullptr, false);
    if (json.is_discarded()) throw Error(ErrorCode::bad_model, path.string() + ": it is no JSON");
    std::vector<ManifestEntry> entries;
    try {
        for (const auto& model : json.at("models"))
            entries.push_back({.name = model.at("name"),
                               .role = model.at("role"),
                               .file = model.at("file"),
                               .sha256 = model.at("sha256"),
                               .licence = model.at("licence"),
                               .source = model.at("source"),
                               .bytes = model.at("bytes"),
                               .bundled = model.at("bundled")});
    } catch (const nlohmann::json::exception& e) {
        throw Error(ErrorCode::bad_model, path.filename().string() + ": " + e.what());
    }
    return entries;
}

std::vector<nn::TensorSpec> tensors_of(std::string_view model) {
    if (model == "syncnet_v2") return sync::syncnet_v2_tensors();
    if (model == "s3fd") return face::s3fd_tensors();
    return {};
}

std::string_view to_string(FileState state) {
    switch (state) {
        case FileState::absent:
            return "absent";
        case FileState::published:
            return "the published file";
        case FileState::usable:
            return "usable, but not the published file";
        case FileState::unusable:
            break;
    }
    return "unusable";
}

FileReport check_file(const ManifestEntry& entry, const fs::path& file) {
    std::error_code failed;
    if (!fs::is_regular_file(file, failed)) return {.state = FileState::absent, .problems = {}};
    FileReport report{.state = FileState::published, .problems = {}};
    const auto bytes = fs::file_size(file, failed);
    if (bytes != entry.bytes)
        report.problems.push_back("it has " + std::to_string(bytes) + " bytes, the published one " +
                                  std::to_string(entry.bytes));
    else if (const std::string sum = sha256_of(file); sum != entry.sha256)
        report.problems.push_back("its sha256 is " + sum + ", the published one's " + entry.sha256);

    const auto specs = tensors_of(entry.name);
    if (specs.empty()) {
        if (!report.problems.empty()) report.state = FileState::unusable;
        return report;
    }
    if (!report.problems.empty()) report.state = FileState::usable;
    std::vector<std::string> wrong;
    try {
        const auto weights = nn::open_weights(file, kMaxWeightBytes);
        wrong = nn::compare(*weights, specs);
        std::ranges::copy(nn::compare_values(*weights, specs), std::back_inserter(wrong));
    } catch (const Error& e) {
        wrong.emplace_back(e.what());
    }
    if (!wrong.empty()) report.state = FileState::unusable;
    report.problems.insert(report.problems.end(), wrong.begin(), wrong.end());
    return report;
}

}  // namespace syncnet::pipeline
