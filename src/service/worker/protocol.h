// What the service and its worker processes say to each other.
//
// A frame is its length in bytes (32 bits, little endian) and so many bytes of JSON. A worker is
// not trusted: whatever it sends is bounded and judged before it is used.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/json.h"
#include "pipeline/models.h"
#include "pipeline/options.h"

namespace syncnet::service {

inline constexpr std::size_t kFrameHeaderBytes = 4;
inline constexpr std::size_t kMaxJobBytes = 4 << 10;
inline constexpr std::size_t kMaxAnswerBytes = 8 << 20;
inline constexpr std::size_t kMaxAnswerDepth = 16;
inline constexpr std::size_t kMaxDetailBytes = 1 << 10;  // of an error

// What one worker process is to do, beside the descriptor of the video that travels with it.
struct WorkerJob {
    pipeline::VideoOptions options;
    std::chrono::milliseconds time{0};  // from now on, for all of it
    score::Thresholds thresholds;
    // The video is still being recorded (a second descriptor says when it has grown,
    // media::Source::from_growing), and its verdict so far is wanted.
    bool live = false;
};

// What the workers are made with.
struct WorkerSetup {
    pipeline::ModelOptions models;
    std::int64_t max_video_bytes = 0;
    std::int64_t max_memory_bytes = 0;  // of one worker's data; 0: no limit
    std::chrono::seconds max_time{0};   // of one analysis
    int videos_per_worker = 1;
    std::string model_digest;       // of the files that have to be loaded; empty: any
    std::filesystem::path scratch;  // where an empty folder can be made, to be locked into
};

struct Progress {
    double done = 0;  // 0..1
};
struct SoFar {
    nlohmann::json verdict;  // is_verdict_so_far
};
struct Done {
    nlohmann::json analysis;  // is_analysis
};
struct Failed {
    ErrorCode code;
    std::string detail;
};
using WorkerMessage = std::variant<Progress, SoFar, Done, Failed>;

// A frame around `payload`.
std::string frame(const nlohmann::json& payload);
std::uint32_t frame_length(std::span<const char, kFrameHeaderBytes> header) noexcept;

nlohmann::json to_json(const WorkerJob& job);
nlohmann::json to_json(const WorkerSetup& setup);
nlohmann::json to_json(const WorkerMessage& message);

// Throw worker_failed where the text is not such a message.
WorkerJob parse_job(std::string_view text);
WorkerSetup parse_setup(std::string_view text);
WorkerMessage parse_message(std::string_view text);
// The same of the fork server, which may report any error.
Failed parse_failure(std::string_view text);

// Whether it is what our OpenAPI document promises of a score, but for what the service itself
// adds: every member known, of its kind, within its bounds, and as a whole without contradiction.
bool is_analysis(const nlohmann::json& value);
// The same of pipeline::verdict_so_far.
bool is_verdict_so_far(const nlohmann::json& value);

}  // namespace syncnet::service
