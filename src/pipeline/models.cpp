#include "pipeline/models.h"

#include <cstdlib>

#include "base/error.h"

namespace syncnet::pipeline {
namespace fs = std::filesystem;

fs::path default_model_dir() {
    if (const char* const set = std::getenv("SYNCNET_MODELS"); set != nullptr && *set != '\0')
        return set;
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
    for (const auto& candidate : {program / "models", program.parent_path() / "models",
                                  program.parent_path() / "share/syncnet/models"})
        if (fs::is_directory(candidate, failed)) return candidate;
    throw Error(ErrorCode::bad_model, "no folder with models was found; set SYNCNET_MODELS");
}

DetectorModel load_detector(const fs::path& model_dir, face::BlazeFaceRange range) {
    const char* const name = range == face::BlazeFaceRange::full
                                 ? "face_detection_full_range.tflite"
                                 : "face_detection_short_range.tflite";
    return face::load_blaze_face(model_dir / "face_detection" / name, range);
}

std::unique_ptr<face::Detector> make_detector(const DetectorModel& model) {
    return std::make_unique<face::BlazeFace>(model);
}

}  // namespace syncnet::pipeline
