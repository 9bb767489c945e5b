// Where models lie and how they are loaded, once, for the whole process.
#pragma once

#include <filesystem>
#include <memory>

#include "face/blaze_face.h"
#include "score/verdict.h"
#include "sync/lip_sync.h"

namespace syncnet::pipeline {

struct ModelOptions {
    std::filesystem::path folder;  // see default_model_dir()
    face::BlazeFaceRange face_range = face::BlazeFaceRange::full;
    nn::Precision precision = nn::best_precision();
};

// Immutable; shared by every analysis.
struct Models {
    face::BlazeFaceModel detector;
    sync::LipSyncModel lip_sync;
    score::Calibration calibration;
};

// SYNCNET_MODELS if set, else `models` beside the program, else the installed folder. Throws
// bad_model where there is none.
std::filesystem::path default_model_dir();

// Throw bad_model, naming the file.
face::BlazeFaceModel load_detector(const std::filesystem::path& folder, face::BlazeFaceRange range);
std::shared_ptr<const Models> load_models(const ModelOptions& options);

}  // namespace syncnet::pipeline
