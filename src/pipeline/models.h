// Where models lie and how they are loaded, once, for the whole process.
#pragma once

#include <filesystem>
#include <memory>

#include "face/blaze_face.h"

namespace syncnet::pipeline {

using DetectorModel = face::BlazeFaceModel;

// SYNCNET_MODELS if set, else the `models` folder beside the program's folder or below it, else
// the installed one.
std::filesystem::path default_model_dir();

DetectorModel load_detector(const std::filesystem::path& model_dir,
                            face::BlazeFaceRange range = face::BlazeFaceRange::full);
std::unique_ptr<face::Detector> make_detector(const DetectorModel& model);

}  // namespace syncnet::pipeline
