// What Prometheus may ask. Label values are ours or few: nothing that a client chooses.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace syncnet::service {

enum class Stage { upload, queue, analysis, store };

class Metrics {
  public:
    explicit Metrics(const nlohmann::json& model_description);

    // `route` is its template, such as /v1/jobs/{id}.
    void request(std::string_view method, std::string_view route, int status, double seconds);
    void rejection(std::string_view error_code);
    void decision(std::string_view decision);
    void stage(Stage stage, double seconds);
    void cache(bool hit);
    void webhook(std::string_view outcome);
    void live(std::string_view outcome);  // of a recording: "early", "whole" or "failed"

    struct Now {
        std::int64_t connections = 0, workers_busy = 0, live = 0, waiting = 0, jobs_queued = 0,
                     jobs_running = 0, workers_lost = 0, log_dropped = 0;
        bool ready = false;
    };
    // In the text format of Prometheus.
    std::string text(const Now& now);

  private:
    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>&requests_, &rejections_, &decisions_, &cache_,
        &webhooks_, &live_, &lost_, &log_dropped_;
    prometheus::Family<prometheus::Histogram>&request_seconds_, &stage_seconds_;
    prometheus::Family<prometheus::Gauge>& gauges_;
    prometheus::Family<prometheus::Gauge>& depth_;
};

}  // namespace syncnet::service
