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
    for (const auto& candidate :
         {program / "models", program.parent_path() / "share/syncnet/models"})
        if (fs::is_directory(candidate, failed)) return candidate;
    throw Error(ErrorCode::bad_model, "no folder with models was found; set SYNCNET_MODELS");
}

face::BlazeFaceModel load_detector(const fs::path& folder, face::BlazeFaceRange range) {
    const char* const name = range == face::BlazeFaceRange::full
                                 ? "face_detection_full_range.tflite"
                                 : "face_detection_short_range.tflite";
    return face::load_blaze_face(folder / name, range);
}

std::shared_ptr<const Models> load_models(const ModelOptions& options) {
    return std::make_shared<const Models>(Models{
        .detector = load_detector(options.folder, options.face_range),
        .lip_sync = sync::load_lip_sync(options.folder / "lipsync.safetensors", options.precision),
        .calibration = score::load_calibration(options.folder / "lipsync.calibration.json")});
}

}  // namespace syncnet::pipeline
