// One video to one answer: the quarantine, the cache of answers, the workers.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/json.h"
#include "pipeline/options.h"
#include "score/verdict.h"
#include "service/jobs/store.h"
#include "service/metrics/metrics.h"
#include "service/storage/disk.h"
#include "service/worker/pool.h"

namespace syncnet::service {

struct ScoringTask {
    int video = -1;      // open for reading; the caller keeps it until it is answered
    std::string client;  // whose it is
    std::string sha256;  // empty: others may write to the video, so a copy is scored
    pipeline::VideoOptions options;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::optional<std::chrono::seconds> max_time;  // of the work; nothing: a request's
    std::function<void(double)> on_progress;
};

struct Scored {               // NOLINT(bugprone-exception-escape): json moves without
    nlohmann::json analysis;  // as pipeline::to_json, with "cached"
    bool cached = false;
    double worker_ms = 0;
};

// Only for the HTTP thread.
class Scoring {
  public:
    struct Options {
        std::chrono::seconds max_time;
        bool cache = true;
        std::filesystem::path tmp_dir;  // for copies
        std::int64_t max_video_bytes = 0;
        score::Thresholds thresholds;
        int max_offset_ms = pipeline::kMaxOffsetMs;
    };
    // All are kept by reference.
    Scoring(WorkerPool& pool, Disk& disk, JobStore& store, Metrics& metrics,
            const Options& options);

    // Throws model_not_available, quarantined, and what WorkerPool::analyze throws. Cancelling the
    // coroutine ends the worker.
    asio::awaitable<Scored> score(ScoringTask task);

    // Refuses these bytes for a while.
    asio::awaitable<void> quarantine(std::string sha256);

    // From the next video on.
    void set_defaults(const score::Thresholds& thresholds, int max_offset_ms);

  private:
    std::string cache_key(const ScoringTask& task) const;
    asio::awaitable<void> refuse_quarantined(const std::string& sha256);
    asio::awaitable<std::string> look_up(std::string key);
    asio::awaitable<std::optional<Scored>> cached(std::string key);
    asio::awaitable<void> cache(std::string key, std::string answer);

    WorkerPool& pool_;
    Disk& disk_;
    JobStore& store_;
    Metrics& metrics_;
    Options options_;
    std::map<std::string, std::string> unwritten_;  // answers that are being written, by key
    std::size_t unwritten_bytes_ = 0;
};

}  // namespace syncnet::service
