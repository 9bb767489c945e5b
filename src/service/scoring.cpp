#include "service/scoring.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/sha256.h"
#include "service/storage/private_copy.h"
#include "syncnet/version.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;

// A slow disk holds up no score: what isn't known by then is as good as not there.
constexpr auto kLookUpTime = std::chrono::milliseconds(500);
constexpr std::size_t kMaxUnwrittenBytes = 16 << 20;  // answers on their way to the disk

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
    const score::Thresholds& t = options_.thresholds;
    what["thresholds"] = {t.allow, t.next, t.max_offset_frames};
    what["version"] = version();
    what["files"] = pool_.model_digest();
    what["options"] = pipeline::to_json(task.options);
    what["video"] = task.sha256;
    // Whatever one client's video did to its worker, no other client has its answer; nor does
    // anybody hear that another has sent this video.
    what["client"] = task.client;
    return to_hex(sha256(what.dump()));
}

asio::awaitable<void> Scoring::quarantine(std::string sha256) {
    try {
        co_await disk_.writes.run([&] { store_.quarantine(sha256); });
    } catch (const Error& e) {
        spdlog::warn("a video can't be kept in quarantine: {}", e.what());
    }
}

asio::awaitable<void> Scoring::refuse_quarantined(const std::string& sha256) {
    std::optional<bool> held;
    try {
        const auto look = [&store = store_, sha256] { return store.quarantined(sha256); };
        held = co_await disk_.reads.run_within(kLookUpTime, look);
    } catch (const Error& e) {  // the service can do without
        spdlog::warn("the quarantine can't be asked: {}", e.what());
    }
    if (held.value_or(false))
        throw Error(ErrorCode::quarantined, "workers died of these very bytes a short while ago");
}

// Empty where there is none.
asio::awaitable<std::string> Scoring::look_up(std::string key) {
    if (const auto found = unwritten_.find(key); found != unwritten_.end()) co_return found->second;
    try {
        const auto look = [&store = store_, key] { return store.cached(key); };
        const auto found = co_await disk_.reads.run_within(kLookUpTime, look);
        if (found && *found) co_return **found;
    } catch (const Error& e) {  // the service can do without
        spdlog::warn("the cache can't be asked: {}", e.what());
    }
    co_return std::string();
}

asio::awaitable<std::optional<Scored>> Scoring::cached(std::string key) {
    if (!options_.cache) co_return std::nullopt;
    const std::string answer = co_await look_up(std::move(key));
    Scored scored{.cached = true};
    scored.analysis = nlohmann::json::parse(answer, nullptr, false);
    const bool known = is_analysis(scored.analysis);  // a database may be damaged
    metrics_.cache(known);
    if (!known) co_return std::nullopt;
    scored.analysis["cached"] = true;
    co_return scored;
}

asio::awaitable<void> Scoring::cache(std::string key, std::string answer) {
    // Where the disk can't keep up, or somebody else has just had the same answer.
    if (unwritten_bytes_ + answer.size() > kMaxUnwrittenBytes || unwritten_.contains(key))
        co_return;
    unwritten_bytes_ += answer.size();
    unwritten_[key] = answer;
    try {
        co_await disk_.writes.run([&] { store_.cache(key, answer); });
    } catch (const Error& e) {
        spdlog::warn("an answer can't be cached: {}", e.what());
    }
    unwritten_.erase(key);
    unwritten_bytes_ -= answer.size();
}

asio::awaitable<Scored> Scoring::score(ScoringTask task) {
    pipeline::VideoOptions& options = task.options;
    pool_.require_model(options.model);
    // What is the default is the same whether or not it is named.
    if (options.model == pool_.description().at("model").at("name")) options.model.clear();
    options.max_offset_ms = options.max_offset_ms.value_or(options_.max_offset_ms);
    PrivateCopy copy;
    if (task.sha256.empty()) {
        const auto start = Clock::now();
        copy = co_await disk_.uploads.run([this, video = task.video] {
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
                    .options = task.options,
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
