// Which models there are, where they lie and which one scores; loaded once, for the whole process.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "face/blaze_face.h"
#include "face/s3fd.h"
#include "score/verdict.h"
#include "sync/lip_sync.h"
#include "sync/sync_model.h"

namespace syncnet::pipeline {

struct ModelOptions {
    std::filesystem::path folder;  // see default_model_dir()
    // Which model scores where a request names none. Empty: the one of `model_path`, the published
    // SyncNet where it is in `folder`, else the first bundled one.
    std::string model;
    // The published SyncNet, or a custom LipSync model (training/) with
    // <name>.calibration.json beside <name>.safetensors. Empty: the published one in `folder`, if
    // it is there.
    std::filesystem::path model_path;
    std::filesystem::path s3fd;  // weights of the published face detector. Empty: likewise
    face::BlazeFaceRange face_range = face::BlazeFaceRange::full;
    // Nothing: bf16 where the processor has it, but for the published SyncNet the fastest that
    // keeps its published numbers.
    std::optional<nn::Precision> precision;
    int threads = 1;                               // of one analysis, in the published networks
    sync::Edges edges = sync::Edges::zero_padded;  // of the published SyncNet
    // Of one's own (`syncnet calibrate`), for the model that it names. Empty: none.
    std::filesystem::path calibration;
};

struct ScoringModel {
    std::shared_ptr<const sync::SyncModel> network;
    std::shared_ptr<const nn::Plan> speech;  // sync::SpeechDetector's; the published has none
                                             // of its own and listens with the bundled one's
    std::shared_ptr<const nn::Plan> mouth;   // face::MouthReader's; likewise. Null: every mouth
                                             // counts as readable
    score::Calibration calibration;
    std::optional<score::Thresholds> thresholds;  // of a calibration of one's own: these count
};

// Immutable; shared by every analysis.
struct Models {
    face::BlazeFaceModel blaze_face;
    std::optional<face::S3fdModel> s3fd;
    std::vector<ScoringModel> scoring;  // the default one first
    std::string choice;                 // which model scores by default, and why
    std::string calibrated;  // the model that a calibration of one's own was loaded for, if any

    // Empty: the default one. Throws model_not_available, naming those that are there.
    const ScoringModel& find(std::string_view name) const;
};

// {"model": {name, version, precision}, "models": [names], "model_choice": why, "calibration":
// {model, thresholds} of one's own or null, "detectors": [names]}
nlohmann::json describe(const Models& models);

// The LipSync models that come with the program: the one that scores by default, and the one
// that learned from freely licensed clips only.
inline constexpr std::array<const char*, 2> kBundledModels{"lipsync", "lipsync-grid"};
inline constexpr const char* kCalibrationExtension = "calibration.json";  // beside the weights
inline constexpr const char* kSyncNetV2 = "syncnet_v2";
inline constexpr const char* kSyncNetV2File = "syncnet_v2.model";
inline constexpr const char* kSyncNetV2Calibration = "syncnet_v2.calibration.json";
inline constexpr const char* kS3fdFile = "sfd_face.pth";
// Of a file with weights. The published ones have 55 and 90 MB.
inline constexpr std::size_t kMaxWeightBytes = 512U << 20U;

// SYNCNET_MODELS if set, else `models` beside the program, else the installed folder. Throws
// bad_model where there is none.
std::filesystem::path default_model_dir();

// Its name in the folder.
const char* detector_file(face::BlazeFaceRange range);
// Throws bad_model, naming the file.
face::BlazeFaceModel load_detector(const std::filesystem::path& folder, face::BlazeFaceRange range);
// Throws bad_model, naming the file; invalid_setting (a file that is named is not there, the
// processor lacks the precision); model_not_available (there is none of that name);
// unsupported_processor.
std::shared_ptr<const Models> load_models(const ModelOptions& options);

}  // namespace syncnet::pipeline
