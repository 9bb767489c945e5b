// What an operator can set: by flag, by the environment, or in a `.env` file, in this order.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/plan.h"

namespace syncnet::service {

struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;
    std::filesystem::path upload_dir = "uploads";  // `video_path` is looked up below it
    std::filesystem::path tmp_dir = "/tmp";        // uploads on their way through
    std::int64_t max_video_bytes = 100LL << 20U;
    std::chrono::seconds processing_timeout{60};
    std::chrono::seconds idle_timeout{30};     // for the next byte of a request
    std::chrono::seconds upload_timeout{300};  // for a whole request
    std::chrono::seconds drain{20};            // for running requests, when stopping
    int workers = 2;                           // analyses at the same time
    int queue = 32;                            // requests that wait for a worker
    int connections = 256;
    std::filesystem::path model_dir;  // empty: beside the program
    std::filesystem::path syncnet_v2,
        s3fd;  // the published weights; empty: those in model_dir, if any
    std::optional<nn::Precision> precision;  // nothing: each model's best
    std::string log_level = "info";
};

struct Setting {
    std::string_view name, unit, meaning;
    // Throws invalid_setting if the text is not a value of this setting.
    void (*set)(Settings&, std::string_view text);
    std::string (*get)(const Settings&);
};

// Every setting, in the order of the docs.
std::span<const Setting> settings_table();

// `lookup` gives the environment's value of a name. Names that the seed knew and that have no
// meaning here are reported in `notes`. Throws invalid_setting, naming the setting.
Settings load_settings(const std::filesystem::path& env_file,
                       const std::function<std::optional<std::string>(const std::string&)>& lookup,
                       std::vector<std::string>& notes);

}  // namespace syncnet::service
