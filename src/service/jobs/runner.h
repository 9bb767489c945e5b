// Works off the jobs in the store, and tells their ends to webhooks.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "service/jobs/store.h"
#include "service/scoring.h"
#include "service/webhook/webhook.h"

namespace syncnet::service {

// How often a service may end in the middle of a job, rather than at an order to stop, until the
// job is to blame.
inline constexpr int kMaxAttempts = 3;

// Webhooks on their way at the same time, in all and to one receiver, so that one that hangs holds
// up no other's.
inline constexpr std::size_t kMaxDeliveries = 32;
inline constexpr int kMaxDeliveriesToOne = 4;

// As GET /v1/jobs/{id} answers. `progress` 0..1 of a running job, where it is known.
nlohmann::json to_json(const Job& job, std::optional<double> progress = std::nullopt);

// Only for the HTTP thread.
class JobRunner {
  public:
    struct Options {
        int at_once = 2;
        std::chrono::seconds max_time{3600};          // of one job's work
        std::optional<WebhookSecret> webhook_secret;  // nothing: no webhooks
        WebhookOptions webhooks;
        std::vector<std::string> webhook_http_hosts;
    };
    // All are kept by reference.
    JobRunner(asio::io_context& io, Scoring& scoring, Disk& disk, JobStore& store, Metrics& metrics,
              Options options);

    // Whether a job may have this webhook (empty: none), as far as that can be told before it is
    // sent. Throws invalid_request.
    void judge_webhook(const std::string& url) const;

    void wake();  // there may be something new to do

    std::optional<double> progress(const std::string& id) const;
    // Until the next change of the job (of its state or progress), or of the service to stopping.
    // False if the time was over before.
    asio::awaitable<bool> next_change(std::string id, std::chrono::steady_clock::duration at_most);
    void cancel(const std::string& id);  // a running job that nobody wants any more

    // Takes on nothing more; what runs is given back to the store when `WorkerPool::give_up` ends
    // it.
    void stop();
    bool idle() const { return running_ == 0; }

  private:
    struct Live {
        double progress = 0;
        asio::steady_timer cancelled;
    };

    asio::awaitable<void> work();
    asio::awaitable<void> run(Job job);
    asio::awaitable<UniqueFd> open_video(const Job& job);
    asio::awaitable<void> deliver_webhooks();
    void look_for_webhooks();
    asio::awaitable<void> deliver(PendingWebhook pending);
    asio::awaitable<void> pause(std::chrono::steady_clock::duration length);
    template <typename Write>
    asio::awaitable<void> persist(Write write);
    void change(const std::string& id);

    asio::io_context& io_;
    Scoring& scoring_;
    Disk& disk_;
    JobStore& store_;
    Metrics& metrics_;
    Options options_;
    std::optional<WebhookSender> sender_;
    std::map<std::string, std::shared_ptr<Live>> live_;
    std::multimap<std::string, asio::steady_timer*> listeners_;  // by job
    asio::steady_timer webhook_due_;
    std::map<std::string, std::string> sending_;  // receivers of webhooks on their way, by job
    bool webhook_news_ = false;  // something has changed since the store was asked for the next
    int running_ = 0;
    bool woken_ = false, stopping_ = false, delivering_ = false;
};

}  // namespace syncnet::service
