#include "service/scoring.h"

#include <spdlog/spdlog.h>

#include <boost/asio/detached.hpp>

#include "base/sha256.h"
#include "pipeline/face_choice.h"
#include "service/private_copy.h"
#include "syncnet/version.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Scoring::Scoring(WorkerPool& pool, Disk& disk, JobStore& store, Metrics& metrics,
                 const Options& options)
    : pool_(pool), disk_(disk), store_(store), metrics_(metrics), options_(options) {}

void Scoring::set_defaults(const score::Thresholds& thresholds, int max_offset_ms) {
    options_.thresholds = thresholds;
    options_.max_offset_ms = max_offset_ms;
}

// Everything that the answer depends on.
std::string Scoring::cache_key(const ScoringTask& task) const {
    nlohmann::json what = pool_.description();
    what.erase("sandbox");
    if (!task.choice.model.empty()) what["asked"] = task.choice.model;
    const score::Thresholds& t = options_.thresholds;
    what["thresholds"] = {t.allow, t.next, t.max_offset_frames};
    what["version"] = version();
    what["files"] = options_.models;
    what["windows"] = task.choice.windows;
    what["face"] = pipeline::to_string(task.choice.face);
    what["audio_track"] = pipeline::to_string(task.choice.audio);
    what["max_offset_ms"] = task.choice.max_offset_ms.value();
    what["video"] = task.sha256;
    return to_hex(sha256(what.dump()));
}

asio::awaitable<void> Scoring::quarantine(std::string sha256) {
    try {
        co_await disk_.run([&] { store_.quarantine(sha256); });
    } catch (const Error& e) {
        spdlog::warn("a video can't be kept in quarantine: {}", e.what());
    }
}

asio::awaitable<void> Scoring::refuse_quarantined(const std::string& sha256) {
    bool held = false;
    try {
        held = co_await disk_.run([&] { return store_.quarantined(sha256); });
    } catch (const Error& e) {  // the service can do without
        spdlog::warn("the quarantine can't be asked: {}", e.what());
    }
    if (held)
        throw Error(ErrorCode::quarantined, "workers died of these very bytes a short while ago");
}

asio::awaitable<std::optional<Scored>> Scoring::cached(std::string key) {
    if (!options_.cache) co_return std::nullopt;
    std::optional<std::string> answer;
    try {
        answer = co_await disk_.run([&] { return store_.cached(key); });
    } catch (const Error& e) {  // the service can do without
        spdlog::warn("the cache can't be asked: {}", e.what());
    }
    metrics_.cache(answer.has_value());
    if (!answer) co_return std::nullopt;
    Scored scored{.analysis = nlohmann::json::parse(*answer), .cached = true};
    scored.analysis["cached"] = true;
    co_return scored;
}

asio::awaitable<void> Scoring::cache(std::string key, std::string answer) {
    try {
        co_await disk_.run([&] { store_.cache(key, answer); });
    } catch (const Error& e) {
        spdlog::warn("an answer can't be cached: {}", e.what());
    }
}

asio::awaitable<Scored> Scoring::score(ScoringTask task) {
    ScoringChoice& choice = task.choice;
    pool_.require_model(choice.model);
    // What is the default is the same whether or not it is named.
    if (choice.model == pool_.description().at("model").at("name")) choice.model.clear();
    choice.max_offset_ms = choice.max_offset_ms.value_or(options_.max_offset_ms);
    PrivateCopy copy;
    if (task.sha256.empty()) {
        const auto start = Clock::now();
        copy = co_await disk_.run([this, video = task.video] {
            return private_copy(video, options_.tmp_dir, options_.max_video_bytes);
        });
        task.video = copy.video.get();
        task.sha256 = copy.sha256;
        metrics_.stage(Stage::store, seconds_since(start));
    }
    co_await refuse_quarantined(task.sha256);
    const std::string key = cache_key(task);
    if (auto known = co_await cached(key)) {
        metrics_.decision(known->analysis.at("decision").get<std::string>());
        co_return std::move(*known);
    }

    const auto asked = Clock::now();
    auto started = asked;
    Scored scored;
    WorkerTask work{.video = task.video,
                    .client = task.client,
                    .choice = task.choice,
                    .thresholds = options_.thresholds,
                    .deadline = task.deadline,
                    .max_time = task.max_time.value_or(options_.max_time),
                    .on_start =
                        [&] {
                            started = Clock::now();
                            metrics_.stage(Stage::queue, seconds_since(asked));
                        },
                    .on_progress = std::move(task.on_progress)};
    std::optional<WorkerLost> lost;
    try {
        scored.analysis = co_await pool_.analyze(std::move(work));
    } catch (const WorkerLost& e) {
        lost = e;
    }
    if (lost) {
        co_await quarantine(task.sha256);
        throw WorkerLost(*lost);
    }
    scored.worker_ms = 1000 * seconds_since(started);
    metrics_.stage(Stage::analysis, seconds_since(started));
    metrics_.decision(scored.analysis.at("decision").get<std::string>());
    if (options_.cache)
        asio::co_spawn(co_await asio::this_coro::executor, cache(key, scored.analysis.dump()),
                       asio::detached);
    scored.analysis["cached"] = false;
    co_return scored;
}

}  // namespace syncnet::service
