// What the handlers of requests share. All of it belongs to the HTTP thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "service/auth/api_keys.h"
#include "service/auth/rate_limiter.h"
#include "service/auth/shares.h"
#include "service/http/cors.h"
#include "service/http/page.h"
#include "service/http/request_log.h"
#include "service/jobs/runner.h"
#include "service/jobs/store.h"
#include "service/live/sessions.h"
#include "service/metrics/async_log.h"
#include "service/metrics/metrics.h"
#include "service/scoring.h"
#include "service/settings.h"
#include "service/storage/disk.h"
#include "service/storage/upload_folders.h"
#include "service/worker/pool.h"

namespace syncnet::service {

struct Context {
    // Starts the workers; `log` is kept by reference. Throws invalid_setting, and what loading the
    // models throws.
    Context(asio::io_context& io, const Settings& settings, const AsyncLog& log);

    // Keys, thresholds and MAX_OFFSET_MS anew; the old ones stay where the new ones are not valid
    // (throws).
    void reload(const Settings& settings);

    bool ready() const { return !stopping && pool.ready(); }

    asio::io_context& io;
    Settings settings;
    std::optional<ApiKeys> keys;  // nothing: none are asked for
    CorsPolicy cors;
    Page page;
    RequestLog log;
    const AsyncLog& log_output;
    RateLimiter limiter;
    Shares by_address, by_key;  // of connections
    Shares uploads;             // of bytes in TMP_DIR
    UploadFolders folders;
    JobStore store;  // for the disk's thread
    WorkerPool pool;
    Metrics metrics;
    Disk disk;
    Scoring scoring;
    LiveSessions live;
    JobRunner jobs;

    JobStore::Counts job_counts;  // when they were last asked for
    int taken = 0;                // requests that have sent their video and have no answer yet
    std::int64_t connections = 0;
    bool stopping = false;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace syncnet::service
