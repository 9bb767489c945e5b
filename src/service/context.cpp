#include "service/context.h"

#include <algorithm>
#include <thread>

#include "base/text.h"
#include "service/temporary_file.h"

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

// Names, sizes and times of all files that an answer may come from: when one is exchanged, what is
// remembered of the others does not count.
std::string model_files(const Settings& settings) {
    std::vector<fs::path> files{
        settings.model_path,
        fs::path(settings.model_path).replace_extension(pipeline::kCalibrationExtension),
        settings.s3fd, settings.calibration};
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(model_folder(settings), absent))
        files.push_back(entry.path());
    std::ranges::sort(files);
    std::string text;
    for (const fs::path& file : files) {
        const auto size = fs::file_size(file, absent);
        if (absent) continue;
        const auto time = fs::last_write_time(file, absent).time_since_epoch().count();
        text += file.filename().string() + ' ' + std::to_string(size) + ' ' + std::to_string(time) +
                '\n';
    }
    return text;
}

WorkerSetup worker_setup(const Settings& settings) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return {.models = {.folder = model_folder(settings),
                       .model = settings.model,
                       .model_path = settings.model_path,
                       .s3fd = settings.s3fd,
                       .precision = settings.precision,
                       .threads = std::max(1, cores / settings.workers),
                       .calibration = settings.calibration},
            .max_video_bytes = settings.max_video_bytes,
            .max_memory_bytes = settings.worker_memory,
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

Context::Context(asio::io_context& its_io, const Settings& wanted)
    : io(its_io),
      settings(checked(wanted)),
      keys(load_keys(wanted)),
      cors(CorsPolicy::parse(wanted.cors_origins)),
      log(wanted.log_names),
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
      pool(io, worker_setup(wanted), wanted.workers),
      metrics(pool.description()),
      scoring(pool, disk, store, metrics,
              {.max_time = wanted.processing_timeout,
               .cache = wanted.cache_entries > 0,
               .tmp_dir = wanted.tmp_dir,
               .max_video_bytes = wanted.max_video_bytes,
               .models = model_files(wanted),
               .thresholds = wanted.thresholds,
               .max_offset_ms = wanted.max_offset_ms}),
      jobs(io, scoring, disk, store, metrics, job_options(wanted)) {}

void Context::reload(const Settings& wanted) {
    keys = load_keys(wanted);
    scoring.set_defaults(wanted.thresholds, wanted.max_offset_ms);
}

}  // namespace syncnet::service
