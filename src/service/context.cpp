#include "service/context.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "base/text.h"
#include "service/storage/temporary_file.h"
#include "service/worker/memory_plan.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

std::optional<ApiKeys> load_keys(const Settings& settings) {
    if (settings.api_keys.empty()) return std::nullopt;
    return ApiKeys::load(settings.api_keys);
}

// The checks that can be made before anything is started.
const Settings& checked(const Settings& settings) {
    try {
        const TemporaryFile probe(settings.tmp_dir);  // rather now than at the first upload
    } catch (const Error& e) {
        throw Error(ErrorCode::invalid_setting, std::string("TMP_DIR: ") + e.what());
    }
    return settings;
}

fs::path model_folder(const Settings& settings) {
    return settings.model_dir.empty() ? pipeline::default_model_dir() : settings.model_dir;
}

std::int64_t memory_of_worker(const Settings& settings) {
    const auto limit = memory_limit();
    const auto bytes = worker_memory(settings.worker_memory, settings.workers, limit);
    if (limit)
        spdlog::info("each worker may take {} MB: the control group may take {} MB", bytes >> 20U,
                     *limit >> 20U);
    return bytes;
}

WorkerSetup worker_setup(const Settings& settings) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return {.models = {.folder = model_folder(settings),
                       .model = settings.video.model,
                       .model_path = settings.engine.model_path,
                       .s3fd = settings.engine.detector_path,
                       .precision = settings.engine.precision,
                       .threads = std::max(1, cores / settings.workers),
                       .calibration = settings.engine.calibration_path},
            .max_video_bytes = settings.max_video_bytes,
            .max_memory_bytes = memory_of_worker(settings),
            .max_time = std::max(settings.processing_timeout, settings.job_timeout),
            .videos_per_worker = settings.worker_videos,
            .scratch = settings.tmp_dir};
}

JobRunner::Options job_options(const Settings& settings) {
    JobRunner::Options options{.at_once = settings.workers,
                               .max_time = settings.job_timeout,
                               .webhooks = {.private_addresses = settings.webhook_private}};
    if (!settings.webhook_secret.empty())
        options.webhook_secret = WebhookSecret::parse(settings.webhook_secret);
    for (const std::string_view host : separated(settings.webhook_http_hosts, ','))
        options.webhook_http_hosts.emplace_back(host);
    return options;
}

}  // namespace

Context::Context(asio::io_context& its_io, const Settings& wanted, const AsyncLog& its_log)
    : io(its_io),
      settings(checked(wanted)),
      keys(load_keys(wanted)),
      cors(CorsPolicy::parse(wanted.cors_origins)),
      page(wanted.page ? Page(default_page_folder()) : Page()),
      log(wanted.log_names),
      log_output(its_log),
      by_address(wanted.connections, wanted.client_connections),
      by_key(wanted.connections, wanted.client_connections),
      uploads(std::max(wanted.uploads_bytes, wanted.max_video_bytes),
              std::max(wanted.client_uploads_bytes, wanted.max_video_bytes)),
      folders(wanted.upload_dir, wanted.upload_dir == kDefaultUploadDir
                                     ? UploadFolders::Named::by_default
                                     : UploadFolders::Named::by_operator),
      store(wanted.state_dir, {.queued_jobs = wanted.job_queue,
                               .spool_bytes = wanted.spool_bytes,
                               .job_age = wanted.job_age,
                               .answers = wanted.cache_entries,
                               .answer_age = wanted.cache_age,
                               .quarantine = wanted.quarantine}),
      pool(io, worker_setup(wanted), wanted.workers, wanted.live_sessions),
      metrics(pool.description()),
      scoring(pool, disk, store, metrics,
              {.max_time = wanted.processing_timeout,
               .cache = wanted.cache_entries > 0,
               .tmp_dir = wanted.tmp_dir,
               .max_video_bytes = wanted.max_video_bytes,
               .thresholds = wanted.thresholds,
               .max_offset_ms = wanted.video.max_offset_ms.value_or(pipeline::kMaxOffsetMs)}),
      live({io, pool, disk, metrics, uploads},
           {.sessions = wanted.live_sessions,
            .max_length = wanted.live_length,
            .max_bytes = kLiveBytes,
            .tmp_dir = wanted.tmp_dir,
            .thresholds = wanted.thresholds,
            .max_offset_ms = wanted.video.max_offset_ms.value_or(pipeline::kMaxOffsetMs)}),
      jobs(io, scoring, disk, store, metrics, job_options(wanted)) {}

void Context::reload(const Settings& wanted) {
    keys = load_keys(wanted);
    const int max_offset_ms = wanted.video.max_offset_ms.value_or(pipeline::kMaxOffsetMs);
    scoring.set_defaults(wanted.thresholds, max_offset_ms);
    live.set_defaults(wanted.thresholds, max_offset_ms);
}

}  // namespace syncnet::service
