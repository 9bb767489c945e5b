#include "service/jobs/runner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <variant>

namespace syncnet::service {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

// Where the disk fails, until it is tried again.
constexpr auto kDiskPause = std::chrono::seconds(1);
constexpr int kMaxOpenTries = 10;
constexpr auto kWebhookIdle = std::chrono::hours(1);

asio::awaitable<void> expired(asio::steady_timer& timer) {
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

json to_json(const Job& job, std::optional<double> progress) {
    json body{{"id", job.id},
              {"state", to_string(job.state)},
              {"session_id", job.session_id},
              {"created_at", job.created},
              {"finished_at", job.finished.empty() ? json() : json(job.finished)},
              {"progress", nullptr},
              {"result", nullptr},
              {"error", nullptr}};
    if (job.state == JobState::running && progress) body["progress"] = *progress;
    if (job.state == JobState::done) body["progress"] = 1;
    if (!job.answer.empty())
        body[job.state == JobState::done ? "result" : "error"] = json::parse(job.answer);
    return body;
}

JobRunner::JobRunner(asio::io_context& io, Scoring& scoring, Disk& disk, JobStore& store,
                     Metrics& metrics, Options options)
    : io_(io),
      scoring_(scoring),
      disk_(disk),
      store_(store),
      metrics_(metrics),
      options_(std::move(options)),
      webhook_due_(io) {
    if (options_.webhook_secret) sender_.emplace(options_.webhooks);
}

void JobRunner::judge_webhook(const std::string& url) const {
    if (url.empty()) return;
    if (!options_.webhook_secret)
        throw Error(ErrorCode::invalid_request, "WEBHOOK_SECRET is not set: there are no webhooks");
    (void)parse_webhook_url(url, options_.webhook_http_hosts);
}

void JobRunner::wake() {
    woken_ = true;
    look_for_webhooks();
    if (stopping_) return;
    if (sender_ && !delivering_) {
        delivering_ = true;
        asio::co_spawn(io_, deliver_webhooks(), asio::detached);
    }
    while (running_ < options_.at_once) {
        ++running_;
        asio::co_spawn(io_, work(), asio::detached);
    }
}

void JobRunner::stop() {
    stopping_ = true;
    look_for_webhooks();
    for (const auto& [id, listener] : listeners_) listener->cancel();
}

std::optional<double> JobRunner::progress(const std::string& id) const {
    const auto found = live_.find(id);
    return found == live_.end() ? std::nullopt : std::optional(found->second->progress);
}

void JobRunner::change(const std::string& id) {
    const auto [first, last] = listeners_.equal_range(id);
    for (auto listener = first; listener != last; ++listener) listener->second->cancel();
}

asio::awaitable<bool> JobRunner::next_change(std::string id, Clock::duration at_most) {
    asio::steady_timer patience(io_, at_most);
    const struct Listening {
        JobRunner& runner;
        std::multimap<std::string, asio::steady_timer*>::iterator place;
        ~Listening() { runner.listeners_.erase(place); }
    } listening{*this, listeners_.emplace(std::move(id), &patience)};
    boost::system::error_code woken;
    co_await patience.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return woken == asio::error::operation_aborted;
}

void JobRunner::cancel(const std::string& id) {
    if (const auto found = live_.find(id); found != live_.end()) found->second->cancelled.cancel();
    change(id);
}

asio::awaitable<void> JobRunner::pause(Clock::duration length) {
    asio::steady_timer timer(io_, length);
    co_await expired(timer);
}

// Until the disk takes it: what was accepted and done is not lost because the disk is full now.
template <typename Write>
asio::awaitable<void> JobRunner::persist(Write write) {
    for (;;) {
        try {
            co_await disk_.writes.run(write);
            co_return;
        } catch (const Error& e) {
            spdlog::error("the state of a job can't be kept: {}", e.what());
            if (stopping_) co_return;  // it is done again after the next start
        }
        co_await pause(kDiskPause);
    }
}

// Where descriptors are short, say, it may go well a little later.
asio::awaitable<UniqueFd> JobRunner::open_video(const Job& job) {
    for (int tries = 1;; ++tries) {
        try {
            co_return co_await disk_.videos.run([&] { return store_.video(job); });
        } catch (const Error& e) {
            if (e.code() == ErrorCode::not_found || tries == kMaxOpenTries || stopping_) throw;
            spdlog::error("the video of a job can't be opened: {}", e.what());
        }
        co_await pause(kDiskPause);
    }
}

asio::awaitable<void> JobRunner::work() {
    while (!stopping_) {
        woken_ = false;
        std::optional<Job> job;
        bool failed = false;
        try {
            job = co_await disk_.writes.run([this] { return store_.claim(); });
        } catch (const Error& e) {
            spdlog::error("jobs can't be read: {}", e.what());
            failed = true;
        }
        if (failed) {
            co_await pause(kDiskPause);
        } else if (job) {
            co_await run(std::move(*job));
        } else if (!woken_) {
            break;
        }
    }
    --running_;
}

asio::awaitable<void> JobRunner::run(Job job) {
    using namespace asio::experimental::awaitable_operators;
    const auto live = std::make_shared<Live>(
        Live{.cancelled = asio::steady_timer(io_, Clock::time_point::max())});
    live_[job.id] = live;
    change(job.id);
    const auto start = Clock::now();

    // Never throws: `||` waits for the other where one fails. It takes variants apart.
    using Result = std::variant<Scored, Error>;
    const auto score = [&]() -> asio::awaitable<Result> {
        try {
            if (job.attempts > kMaxAttempts) {
                co_await scoring_.quarantine(job.video);
                throw Error(ErrorCode::broke_its_worker,
                            "the service ended " + std::to_string(kMaxAttempts) +
                                " times while it looked at this video");
            }
            const UniqueFd video = co_await open_video(job);
            ScoringTask task{.video = video.get(),
                             .client = job.owner,
                             .sha256 = job.video,
                             .options = job.options,
                             .max_time = options_.max_time,
                             .on_progress = [&](double done) {
                                 live->progress = done;
                                 change(job.id);
                             }};
            co_return co_await scoring_.score(std::move(task));
        } catch (const Error& e) {
            co_return e;
        } catch (const boost::system::system_error& e) {
            if (e.code() == asio::error::operation_aborted)  // the job was deleted
                co_return Error(ErrorCode::cancelled, "nobody waits for it any more");
            spdlog::error("unexpected: {}", e.what());
            co_return Error(ErrorCode::internal, "an unexpected error");
        } catch (const std::exception& e) {
            spdlog::error("unexpected: {}", e.what());
            co_return Error(ErrorCode::internal, "an unexpected error");
        }
    };
    const auto result = co_await (score() || expired(live->cancelled));
    if (const auto* const scored = std::get_if<Scored>(&result)) {
        json answer = scored->analysis;
        answer["session_id"] = job.session_id;
        answer["processing_time_ms"] =
            std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - start).count();
        const std::string text = answer.dump(-1, ' ', false, json::error_handler_t::replace);
        co_await persist([&] { store_.finish(job, JobState::done, text); });
    } else if (const auto* const error = std::get_if<Error>(&result)) {
        if (error->code() == ErrorCode::shutting_down || error->code() == ErrorCode::cancelled) {
            co_await persist([&] { store_.give_back(job); });
        } else {
            metrics_.rejection(error->info().name);
            const std::string text = problem_body(*error).dump();
            co_await persist([&] { store_.finish(job, JobState::failed, text); });
        }
    }
    live_.erase(job.id);
    change(job.id);
    look_for_webhooks();
}

void JobRunner::look_for_webhooks() {
    webhook_news_ = true;
    webhook_due_.cancel();
}

asio::awaitable<void> JobRunner::deliver_webhooks() {
    while (!stopping_) {
        webhook_news_ = false;
        std::set<std::string> jobs, receivers;
        std::map<std::string, int> to_one;
        for (const auto& [job, receiver] : sending_) {
            jobs.insert(job);
            if (++to_one[receiver] >= kMaxDeliveriesToOne) receivers.insert(receiver);
        }
        std::optional<PendingWebhook> next;
        Clock::duration pause = kWebhookIdle;
        if (sending_.size() < kMaxDeliveries) {
            try {
                next =
                    co_await disk_.reads.run([&] { return store_.next_webhook(jobs, receivers); });
            } catch (const Error& e) {
                spdlog::error("webhooks can't be read: {}", e.what());
                pause = kDiskPause;
            }
        }
        if (next && next->due.count() == 0) {
            sending_[next->job] = receiver_of(next->url);
            asio::co_spawn(io_, deliver(std::move(*next)), asio::detached);
            continue;
        }
        if (webhook_news_) continue;
        webhook_due_.expires_after(next ? Clock::duration(next->due) : pause);
        co_await expired(webhook_due_);
    }
}

asio::awaitable<void> JobRunner::deliver(PendingWebhook pending) {
    using Outcome = Delivery::Outcome;
    const struct End {
        JobRunner& runner;
        std::string job;
        ~End() {
            runner.sending_.erase(job);
            runner.look_for_webhooks();
        }
    } end{*this, pending.job};
    Delivery delivery;
    try {
        const auto job =
            co_await disk_.reads.run([&] { return store_.find(pending.job, pending.owner); });
        if (!job) co_return;  // it was deleted, and its webhook with it
        const json body{{"type", "job." + std::string(to_string(job->state))},
                        {"timestamp", job->finished},
                        {"data", to_json(*job)}};
        WebhookMessage message{.id = pending.job,
                               .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
        WebhookUrl url = parse_webhook_url(pending.url, options_.webhook_http_hosts);
        delivery =
            co_await sender_->deliver(std::move(url), std::move(message), *options_.webhook_secret);
    } catch (const Error& e) {
        delivery = {.outcome = Outcome::give_up, .reason = e.what()};
    }
    const bool again = delivery.outcome == Outcome::try_again &&
                       static_cast<std::size_t>(pending.attempts) < kWebhookDelays.size();
    metrics_.webhook(delivery.outcome == Outcome::delivered ? "delivered"
                     : again                                ? "retried"
                                                            : "given_up");
    if (delivery.outcome != Outcome::delivered)
        spdlog::warn("a webhook was not delivered ({}): {}",
                     again ? "to be tried again" : "given up", delivery.reason);
    co_await persist([&] {
        if (again)
            store_.webhook_failed(pending.job,
                                  kWebhookDelays[static_cast<std::size_t>(pending.attempts)]);
        else
            store_.webhook_done(pending.job);
    });
}

}  // namespace syncnet::service
