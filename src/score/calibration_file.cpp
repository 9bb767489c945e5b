#include "score/calibration_file.h"

#include <fstream>

#include "base/error.h"
#include "base/json.h"

namespace syncnet::score {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
    throw Error(ErrorCode::bad_model, "the calibration " + path.filename().string() + ": " + why);
}

nlohmann::json read_json(const fs::path& path) {
    std::error_code failed;
    std::ifstream stream(path);
    if (!fs::is_regular_file(path, failed) || !stream)
        refuse(path, "there is no such file; `syncnet calibrate` writes one");
    if (fs::file_size(path, failed) > kMaxCalibrationBytes) refuse(path, "it is too large");
    auto json = nlohmann::json::parse(stream, nullptr, false);
    if (json.is_discarded()) refuse(path, "it is no JSON");
    return json;
}

}  // namespace

CalibrationFile load_calibration_file(const fs::path& path) {
    const auto json = read_json(path);
    CalibrationFile file{.calibration = load_calibration(path)};
    try {
        file.model = json.at("model").at("name");
        file.model_version = json.at("model").at("version");
        const auto& thresholds = json.at("thresholds");
        file.thresholds = {.allow = thresholds.at("allow"),
                           .next = thresholds.at("next"),
                           .max_offset_frames = thresholds.at("max_offset_frames")};
    } catch (const nlohmann::json::exception& e) {
        refuse(path, e.what());
    }
    const Thresholds& t = file.thresholds;
    if (!(0 <= t.next && t.next <= t.allow && t.allow <= 1))
        refuse(path, "the thresholds must be 0 <= next <= allow <= 1");
    if (t.max_offset_frames < 0) refuse(path, "max_offset_frames is negative");
    if (!(file.calibration.offset_width > 0 && file.calibration.offset_power > 0))
        refuse(path, "offset_width and offset_power must be above 0");
    return file;
}

std::string to_text(const CalibrationFile& file) {
    const Calibration& c = file.calibration;
    const Thresholds& t = file.thresholds;
    nlohmann::ordered_json json{
        {"model", {{"name", file.model}, {"version", file.model_version}}},
        {"intercept", c.intercept},
        {"confidence_weight", c.confidence_weight},
        {"min_dist_weight", c.min_dist_weight},
        {"evidence_half", c.evidence_half},
        {"offset_width", c.offset_width},
        {"offset_power", c.offset_power},
        {"distance_gain", c.scale.gain},
        {"distance_shift", c.scale.shift},
        {"min_speech_seconds", c.min_speech_seconds},
        {"min_face_seconds", c.min_face_seconds},
        {"mismatch_fit", c.mismatch_fit},
        {"mismatch_seconds", c.mismatch_seconds},
        {"thresholds",
         {{"allow", t.allow}, {"next", t.next}, {"max_offset_frames", t.max_offset_frames}}}};
    if (c.early)
        json["early"] = {{"allow", c.early->allow},
                         {"allow_seconds", c.early->allow_seconds},
                         {"mismatch_seconds", c.early->mismatch_seconds}};
    if (c.pairs) json["pairs"] = {{"advantage", c.pairs->advantage}, {"nats", c.pairs->nats}};
    return json.dump(2) + "\n";
}

}  // namespace syncnet::score
