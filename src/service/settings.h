// What an operator can set: by flag, by the environment, or in a `.env` file, in this order.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/options.h"
#include "score/verdict.h"

namespace syncnet::service {

// Not named by anybody, these folders are looked at before they are trusted.
inline constexpr std::string_view kDefaultUploadDir = "uploads:tmp/uploads:/tmp/uploads";

struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 5000;
    std::string upload_dir{kDefaultUploadDir};  // folders; `video_path` is looked up below them
    std::filesystem::path tmp_dir = "/tmp";     // uploads on their way through
    std::filesystem::path state_dir = "state";  // jobs, their videos, cached answers

    std::int64_t max_video_bytes = 10LL << 20U;
    std::chrono::seconds processing_timeout{30};
    std::chrono::seconds job_timeout{3600};
    std::chrono::seconds header_timeout{10};  // for a request's head, from its first byte
    std::chrono::seconds idle_timeout{30};    // for the next byte of a request, or the next request
    std::chrono::seconds upload_timeout{300};  // for a whole request
    std::chrono::seconds drain{20};            // for running requests, when stopping
    int connections = 4096;
    int client_connections = 2048;                      // of one address or key
    std::uint16_t admin_port = 0;                       // for probes and metrics; 0: none
    std::int64_t uploads_bytes = 4096LL << 20U;         // of all uploads on their way
    std::int64_t client_uploads_bytes = 1024LL << 20U;  // of one client's
    int rate_per_minute = 0;                            // requests of one client; 0: any

    int workers = 2;                            // analyses at the same time
    std::optional<std::int64_t> worker_memory;  // bytes; nothing: see service/worker/memory_plan.h
    int worker_videos = 8;                      // of one client, before a worker is replaced
    int live_sessions = 8;                      // recordings that are followed at the same time
    std::chrono::seconds live_length{60};       // of one
    int queue = 32;                             // requests that wait for a worker
    int job_queue = 1000;                       // jobs that wait for one
    std::int64_t spool_bytes = 10LL << 30U;     // videos of waiting jobs
    std::chrono::seconds job_age{7 * 86'400};   // while results are kept
    int cache_entries = 10'000;                 // cached answers; 0: none
    std::chrono::seconds cache_age{86'400};
    std::chrono::seconds quarantine{600};  // while a video that killed workers is refused

    std::string hosts;               // by which clients may call it; empty: any
    std::filesystem::path api_keys;  // empty: none are asked for
    bool allow_no_keys = false;      // also where others than this machine can connect
    std::string cors_origins;        // empty: no other origin
    bool page = true;                // at /
    std::filesystem::path tls_cert, tls_key;
    std::string webhook_secret;  // empty: no webhooks
    std::string webhook_http_hosts;
    bool webhook_private = false;  // receivers may have private addresses

    score::Thresholds thresholds;
    std::filesystem::path model_dir;  // empty: beside the program
    pipeline::VideoOptions video;     // where a request doesn't say: model, max_offset_ms
    pipeline::EngineOptions engine;
    std::string log_level = "info";
    bool log_names = false;  // file names, session ids and addresses in clear
};

struct Setting {
    std::string_view name, unit;
    std::string meaning;
    // Throws Error if the text is not a value of this setting.
    std::function<void(Settings&, std::string_view text)> set;
    std::function<std::string(const Settings&)> get;
    std::string_view example = {};  // for the .env file, where there is no default
};

// Every setting, in the order of the docs.
std::span<const Setting> settings_table();

// Gives the environment's value of a name.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string&)>;

// Names that the legacy service knew and that have no meaning here are reported in `notes`. Throws
// invalid_setting, naming the setting; of a name in the file that there is not, the nearest one
// that there is. A file that is not there is empty.
Settings load_settings(std::istream& env_file, const EnvironmentLookup& lookup,
                       std::vector<std::string>& notes);
Settings load_settings(const std::filesystem::path& env_file, const EnvironmentLookup& lookup,
                       std::vector<std::string>& notes);

// The settings as an .env file: every name with its default or an example, and its meaning,
// commented out.
std::string example_env_file();

}  // namespace syncnet::service
