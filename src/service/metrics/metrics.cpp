#include "service/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "syncnet/version.h"

namespace syncnet::service {
namespace {

// A label is kept for ever, so that none may be a client's own word.
constexpr std::array<std::string_view, 7> kMethods{"GET",    "HEAD",  "POST",   "PUT",
                                                   "DELETE", "PATCH", "OPTIONS"};
constexpr std::array<std::string_view, 4> kStages{"upload", "queue", "analysis", "store"};

const prometheus::Histogram::BucketBoundaries& bounds() {
    static const prometheus::Histogram::BucketBoundaries kSeconds{
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
    return kSeconds;
}

}  // namespace

Metrics::Metrics(const nlohmann::json& model)
    : requests_(prometheus::BuildCounter()
                    .Name("syncnet_requests_total")
                    .Help("Answered requests")
                    .Register(registry_)),
      rejections_(prometheus::BuildCounter()
                      .Name("syncnet_rejections_total")
                      .Help("Requests and jobs answered with an error, by its code")
                      .Register(registry_)),
      decisions_(prometheus::BuildCounter()
                     .Name("syncnet_decisions_total")
                     .Help("Decisions, those from the cache included")
                     .Register(registry_)),
      cache_(prometheus::BuildCounter()
                 .Name("syncnet_cache_total")
                 .Help("Questions to the cache of answers")
                 .Register(registry_)),
      webhooks_(prometheus::BuildCounter()
                    .Name("syncnet_webhooks_total")
                    .Help("Attempts to deliver a webhook")
                    .Register(registry_)),
      live_(prometheus::BuildCounter()
                .Name("syncnet_live_sessions_total")
                .Help("Recordings that were scored while they were made, by how they ended")
                .Register(registry_)),
      lost_(prometheus::BuildCounter()
                .Name("syncnet_worker_restarts_total")
                .Help("Worker processes that died otherwise than by doing their work")
                .Register(registry_)),
      log_dropped_(prometheus::BuildCounter()
                       .Name("syncnet_log_lines_dropped_total")
                       .Help("Lines of the log that were lost, as nobody read it or it could not "
                             "be written")
                       .Register(registry_)),
      request_seconds_(prometheus::BuildHistogram()
                           .Name("syncnet_request_seconds")
                           .Help("From a request's head to the end of its answer")
                           .Register(registry_)),
      stage_seconds_(prometheus::BuildHistogram()
                         .Name("syncnet_stage_seconds")
                         .Help("Where the time of a score goes")
                         .Register(registry_)),
      gauges_(prometheus::BuildGauge()
                  .Name("syncnet_ready")
                  .Help("1 while workers can be kept alive and work is taken on")
                  .Register(registry_)),
      depth_(prometheus::BuildGauge()
                 .Name("syncnet_depth")
                 .Help("How many there are now of what can pile up")
                 .Register(registry_)) {
    prometheus::BuildGauge()
        .Name("syncnet_build_info")
        .Help("1, with what is running as labels")
        .Register(registry_)
        .Add({{"version", std::string(version())},
              {"model", model.at("model").at("name").get<std::string>()},
              {"model_version", model.at("model").at("version").get<std::string>()}})
        .Set(1);
    lost_.Add({});
    log_dropped_.Add({});
}

void Metrics::request(std::string_view method, std::string_view route, int status, double seconds) {
    const bool known = std::ranges::find(kMethods, method) != kMethods.end();
    requests_
        .Add({{"method", known ? std::string(method) : "other"},
              {"route", std::string(route)},
              {"status", std::to_string(status)}})
        .Increment();
    request_seconds_.Add({{"route", std::string(route)}}, bounds()).Observe(seconds);
}

void Metrics::rejection(std::string_view code) {
    rejections_.Add({{"code", std::string(code)}}).Increment();
}

void Metrics::decision(std::string_view decision) {
    decisions_.Add({{"decision", std::string(decision)}}).Increment();
}

void Metrics::stage(Stage stage, double seconds) {
    stage_seconds_.Add({{"stage", std::string(kStages[static_cast<std::size_t>(stage)])}}, bounds())
        .Observe(seconds);
}

void Metrics::cache(bool hit) {
    cache_.Add({{"result", hit ? "hit" : "miss"}}).Increment();
}

void Metrics::webhook(std::string_view outcome) {
    webhooks_.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::live(std::string_view outcome) {
    live_.Add({{"outcome", std::string(outcome)}}).Increment();
}

std::string Metrics::text(const Now& now) {
    gauges_.Add({}).Set(now.ready ? 1 : 0);
    const auto set = [&](const char* what, std::int64_t value) {
        depth_.Add({{"of", what}}).Set(static_cast<double>(value));
    };
    set("connections", now.connections);
    set("busy_workers", now.workers_busy);
    set("live_sessions", now.live);
    set("waiting_requests", now.waiting);
    set("queued_jobs", now.jobs_queued);
    set("running_jobs", now.jobs_running);
    // Counted elsewhere.
    const auto raise = [](prometheus::Counter& counter, std::int64_t value) {
        counter.Increment(static_cast<double>(value) - counter.Value());
    };
    raise(lost_.Add({}), now.workers_lost);
    raise(log_dropped_.Add({}), now.log_dropped);
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace syncnet::service
