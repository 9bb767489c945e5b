// A calibration of a user's own, as `syncnet calibrate` writes it: the fields of
// models/<model>.calibration.json, thresholds, and the model that it was made with.
#pragma once

#include <filesystem>
#include <string>

#include "score/verdict.h"

namespace syncnet::score {

inline constexpr std::uintmax_t kMaxCalibrationBytes = 64 * 1024;

struct CalibrationFile {
    Calibration calibration;
    Thresholds thresholds;
    std::string model, model_version;
};

// Throws bad_model, naming the file.
CalibrationFile load_calibration_file(const std::filesystem::path& path);

std::string to_text(const CalibrationFile& file);

}  // namespace syncnet::score
