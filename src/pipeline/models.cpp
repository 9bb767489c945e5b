#include "pipeline/models.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "score/calibration_file.h"

namespace syncnet::pipeline {
namespace fs = std::filesystem;

namespace {

// Loads the named file or, where none is named, the one among the models; nothing where there is
// none. The file is let go before the next one is read.
template <typename Load>
auto load_published(const fs::path& named, const fs::path& usual, const Load& load)
    -> std::optional<decltype(load(std::declval<const nn::Weights&>()))> {
    const fs::path& path = named.empty() ? usual : named;
    std::error_code failed;
    if (!fs::exists(path, failed)) return std::nullopt;
    try {
        return load(*nn::open_weights(path, kMaxWeightBytes));
    } catch (const Error& e) {
        throw Error(e.code(), path.filename().string() + ": " + e.what());
    }
}

void calibrate(const score::CalibrationFile& file, Models& models) {
    for (ScoringModel& model : models.scoring) {
        const sync::SyncModelInfo& info = model.network->info();
        if (info.name != file.model) continue;
        if (info.version != file.model_version)
            throw Error(ErrorCode::bad_model, "the calibration is for version " +
                                                  file.model_version + " of " + info.name +
                                                  ", but here is version " + info.version +
                                                  "; make it again with `syncnet calibrate`");
        model.calibration = file.calibration;
        model.thresholds = file.thresholds;
        return;
    }
    throw Error(ErrorCode::bad_model,
                "the calibration is for the model " + file.model + ", which is not here");
}

}  // namespace

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

const ScoringModel& Models::find(std::string_view name) const {
    if (name.empty()) return scoring.front();
    std::string known;
    for (const ScoringModel& model : scoring) {
        const std::string& is = model.network->info().name;
        if (is == name) return model;
        known += (known.empty() ? "" : ", ") + is;
    }
    throw Error(ErrorCode::model_not_available,
                "there is no model " + std::string(name) + " here, but " + known);
}

nlohmann::json describe(const Models& models) {
    const sync::SyncModelInfo& first = models.scoring.front().network->info();
    nlohmann::json names = nlohmann::json::array();
    for (const ScoringModel& model : models.scoring) names.push_back(model.network->info().name);
    nlohmann::json detectors{"blaze_face"};
    if (models.s3fd) detectors.push_back("s3fd");
    return {{"model",
             {{"name", first.name},
              {"version", first.version},
              {"precision", nn::to_string(first.precision)}}},
            {"models", names},
            {"model_choice", models.choice},
            {"detectors", detectors}};
}

std::shared_ptr<const Models> load_models(const ModelOptions& options) {
    const nn::Precision fast = options.precision.value_or(nn::best_precision());
    const nn::Precision exact = options.precision.value_or(nn::best_exact_precision());
    Models models{.blaze_face = load_detector(options.folder, options.face_range)};
    const auto bundled = sync::load_lip_sync(options.folder / "lipsync.safetensors", fast);
    models.scoring.push_back(
        {.network = sync::lip_sync_model(bundled),
         .speech = bundled.speech,
         .calibration = score::load_calibration(options.folder / "lipsync.calibration.json")});

    models.s3fd = load_published(
        options.s3fd, options.folder / kS3fdFile,
        [&](const auto& weights) { return face::load_s3fd(weights, fast, options.threads); });
    const auto syncnet = load_published(
        options.syncnet_v2, options.folder / kSyncNetV2File, [&](const auto& weights) {
            return sync::load_syncnet_v2(weights, exact, options.threads);
        });
    if (syncnet)
        models.scoring.insert(models.scoring.begin(),
                              {.network = sync::syncnet_v2_model(*syncnet, "2", options.edges),
                               .speech = models.scoring.front().speech,
                               .calibration = score::load_calibration(
                                   options.folder / "syncnet_v2.calibration.json")});
    if (!options.calibration.empty())
        calibrate(score::load_calibration_file(options.calibration), models);
    if (!syncnet) {
        models.choice = "lipsync, the bundled model: ";
        models.choice +=
            options.syncnet_v2.empty() ? "no MODEL_PATH is set" : "MODEL_PATH names no file";
        if (!options.s3fd.empty())
            models.choice += models.s3fd ? "; DETECTOR_PATH is of use to the published one only"
                                         : "; DETECTOR_PATH names no file";
        return std::make_shared<const Models>(std::move(models));
    }
    models.choice = "syncnet_v2, the published model: " +
                    std::string(options.syncnet_v2.empty() ? "it lies among the models"
                                                           : "MODEL_PATH names it") +
                    "; faces by " + (models.s3fd ? "S3FD" : "BlazeFace, as there is no S3FD");
    return std::make_shared<const Models>(std::move(models));
}

}  // namespace syncnet::pipeline
