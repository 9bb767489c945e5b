#include "pipeline/model_files.h"

#include <sys/stat.h>

#include <array>

#include "base/sha256.h"

namespace syncnet::pipeline {
namespace fs = std::filesystem;

namespace {

// Changes with every write, and with every other file in its place.
std::string state_of(const std::vector<fs::path>& paths) {
    std::string text;
    for (const fs::path& path : paths) {
        struct stat s {};
        if (::stat(path.c_str(), &s) != 0) {
            text += "none\n";
            continue;
        }
        for (const auto number :
             {static_cast<long long>(s.st_dev), static_cast<long long>(s.st_ino),
              static_cast<long long>(s.st_size), static_cast<long long>(s.st_ctim.tv_sec),
              static_cast<long long>(s.st_ctim.tv_nsec)})
            text += std::to_string(number) + ' ';
        text += '\n';
    }
    return text;
}

}  // namespace

std::vector<fs::path> ModelFiles::named_by(const ModelOptions& options) {
    const auto with_calibration = [](const fs::path& weights) {
        return std::array{weights, fs::path(weights).replace_extension(kCalibrationExtension)};
    };
    std::vector<fs::path> paths{options.folder / detector_file(options.face_range),
                                options.s3fd.empty() ? options.folder / kS3fdFile : options.s3fd,
                                options.folder / kSyncNetV2Calibration};
    for (const char* const model : kBundledModels)
        for (fs::path& path :
             with_calibration(options.folder / (std::string(model) + ".safetensors")))
            paths.push_back(std::move(path));
    for (fs::path& path : with_calibration(
             options.model_path.empty() ? options.folder / kSyncNetV2File : options.model_path))
        paths.push_back(std::move(path));
    if (!options.calibration.empty()) paths.push_back(options.calibration);
    return paths;
}

ModelFiles::ModelFiles(const ModelOptions& options)
    : paths_(named_by(options)), seen_(state_of(paths_)) {
    std::string text;
    std::error_code absent;
    for (const fs::path& path : paths_)
        text += path.filename().string() + ' ' +
                (fs::is_regular_file(path, absent) ? sha256_of(path) : "none") + '\n';
    digest_ = to_hex(sha256(text));
}

bool ModelFiles::unchanged() const {
    return state_of(paths_) == seen_;
}

}  // namespace syncnet::pipeline
