#include "pipeline/models.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/json.h"
#include "score/calibration_file.h"
#include "sync/lip_sync_model.h"
#include "sync/syncnet_v2_model.h"

namespace syncnet::pipeline {
namespace fs = std::filesystem;

namespace {

// Nothing where there is no such file.
std::unique_ptr<const nn::Weights> open_if_there(const fs::path& path) {
    std::error_code failed;
    return fs::exists(path, failed) ? nn::open_weights(path, kMaxWeightBytes) : nullptr;
}

// A file that somebody named has to be there.
void require(const fs::path& path, const std::string& what) {
    if (path.empty()) return;
    std::error_code failed;
    if (fs::exists(path, failed)) return;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
    throw Error(ErrorCode::invalid_setting,
                path.string() + ": there is no such file, and it was to be " + what +
                    "; `syncnet models fetch --to " + folder.string() +
                    "` downloads the published ones, and where none is named a bundled one is "
                    "taken");
}

void require(std::optional<nn::Precision> precision) {
    if (!nn::can_compute(nn::Precision::f32))
        throw Error(ErrorCode::unsupported_processor, "it has no AVX2");
    if (precision && !nn::can_compute(*precision))
        throw Error(ErrorCode::invalid_setting,
                    "the precision " + std::string(nn::to_string(*precision)) +
                        " takes AVX-512 BF16 or AMX, which this processor has not; f32 is as exact "
                        "and slower, "
                        "and auto takes what is there");
}

// An error of `load` names the file that it came from.
template <typename Load>
auto naming(const fs::path& path, const Load& load) {
    try {
        return load();
    } catch (const Error& e) {
        throw Error(e.code(), path.filename().string() + ": " + e.what());
    }
}

ScoringModel load_lipsync(const fs::path& path, nn::Precision precision) {
    const sync::LipSyncModel networks = sync::load_lip_sync(path, precision);
    return {.network = sync::lip_sync_model(networks),
            .speech = networks.speech,
            .mouth = networks.mouth,
            .calibration =
                score::load_calibration(fs::path(path).replace_extension(kCalibrationExtension))};
}

// Adds what the file is, the published SyncNet or a custom model; says which.
std::optional<std::string> add_model(const ModelOptions& options, const fs::path& path,
                                     nn::Precision fast, nn::Precision exact, Models& models) {
    // The file is let go before the next one is read.
    const auto weights = naming(path, [&] { return open_if_there(path); });
    if (!weights) return std::nullopt;
    return naming(path, [&] {
        if (sync::is_lip_sync(*weights)) {
            ScoringModel own = load_lipsync(path, fast);
            const std::string name = own.network->info().name;
            if (name == kSyncNetV2 ||
                std::ranges::find(kBundledModels, name) != kBundledModels.end())
                throw Error(ErrorCode::bad_model,
                            "there is another model called " + name +
                                ": give the file another name, or name that one with MODEL");
            models.scoring.insert(models.scoring.begin(), std::move(own));
            return name + ", a custom model: MODEL_PATH names it";
        }
        const auto syncnet = sync::load_syncnet_v2(*weights, exact, options.threads);
        models.scoring.insert(
            models.scoring.begin(),
            {.network = sync::syncnet_v2_model(syncnet, "2", options.edges),
             .speech = models.scoring.front().speech,
             .mouth = models.scoring.front().mouth,
             .calibration = score::load_calibration(options.folder / kSyncNetV2Calibration)});
        return "syncnet_v2, the published model: " + std::string(options.model_path.empty()
                                                                     ? "it lies among the models"
                                                                     : "MODEL_PATH names it");
    });
}

// The model of this name scores by default.
void prefer(const std::string& name, Models& models) {
    const std::ptrdiff_t place = &models.find(name) - models.scoring.data();
    const auto wanted = models.scoring.begin() + place;
    std::rotate(models.scoring.begin(), wanted, wanted + 1);
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
        models.calibrated = info.name;
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

const char* detector_file(face::BlazeFaceRange range) {
    return range == face::BlazeFaceRange::full ? "face_detection_full_range.tflite"
                                               : "face_detection_short_range.tflite";
}

face::BlazeFaceModel load_detector(const fs::path& folder, face::BlazeFaceRange range) {
    return face::load_blaze_face(folder / detector_file(range), range);
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
    nlohmann::json calibration;
    if (!models.calibrated.empty()) {
        const score::Thresholds& t = *models.find(models.calibrated).thresholds;
        calibration = {
            {"model", models.calibrated},
            {"thresholds",
             {{"allow", t.allow}, {"next", t.next}, {"max_offset_frames", t.max_offset_frames}}}};
    }
    return {{"model",
             {{"name", first.name},
              {"version", first.version},
              {"precision", nn::to_string(first.precision)}}},
            {"models", names},
            {"model_choice", models.choice},
            {"calibration", calibration},
            {"detectors", detectors}};
}

std::shared_ptr<const Models> load_models(const ModelOptions& options) {
    require(options.precision);
    std::error_code failed;
    if (!fs::is_directory(options.folder, failed))
        throw Error(ErrorCode::bad_model,
                    options.folder.string() +
                        ": there is no such folder, and the models were to be "
                        "in it (SYNCNET_MODELS)");
    require(options.model_path, "the model that scores (MODEL_PATH, --model-path)");
    require(options.s3fd, "the weights of S3FD (DETECTOR_PATH, --detector-path)");
    const nn::Precision fast = options.precision.value_or(nn::best_precision());
    const nn::Precision exact = options.precision.value_or(nn::best_exact_precision());
    Models models{.blaze_face = load_detector(options.folder, options.face_range)};
    for (const char* const model : kBundledModels)
        models.scoring.push_back(
            load_lipsync(options.folder / (std::string(model) + ".safetensors"), fast));

    const fs::path s3fd = options.s3fd.empty() ? options.folder / kS3fdFile : options.s3fd;
    naming(s3fd, [&] {
        if (const auto weights = open_if_there(s3fd))
            models.s3fd = face::load_s3fd(*weights, fast, options.threads);
    });

    const auto added = add_model(
        options, options.model_path.empty() ? options.folder / kSyncNetV2File : options.model_path,
        fast, exact, models);
    models.choice = added.value_or("lipsync, the bundled model: no MODEL_PATH is set");
    if (!options.model.empty()) {
        prefer(options.model, models);
        models.choice = options.model + ": MODEL names it";
    }
    if (models.scoring.front().network->info().published)
        models.choice +=
            "; faces by " + std::string(models.s3fd ? "S3FD" : "BlazeFace, as there is no S3FD");
    else if (!options.s3fd.empty())
        models.choice += "; DETECTOR_PATH is of use to the published one only";
    if (!options.calibration.empty())
        calibrate(score::load_calibration_file(options.calibration), models);
    return std::make_shared<const Models>(std::move(models));
}

}  // namespace syncnet::pipeline
