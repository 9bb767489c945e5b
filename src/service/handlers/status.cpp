#include "service/handlers/handlers.h"
#include "service/http/openapi.h"
#include "syncnet/version.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

// Where the disk takes longer to count the jobs, the last numbers are told.
constexpr auto kCountTime = std::chrono::milliseconds(500);

Response health(const Context& c) {
    json body{{"status", c.stopping       ? "stopping"
                         : c.pool.ready() ? "healthy"
                                          : "unhealthy"},
              {"service", "syncnet-avsync"},
              {"version", version()},
              {"syncnet_available", true},
              {"models_loaded", true},
              {"busy", c.taken},
              {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now() - c.started)
                               .count()}};
    body.update(c.pool.description());
    return json_response(http::status::ok, body);
}

Response ready(const Context& c) {
    if (c.ready()) return json_response(http::status::ok, {{"ready", true}});
    return json_response(
        http::status::service_unavailable,
        {{"ready", false}, {"reason", c.stopping ? "the service is stopping" : c.pool.trouble()}});
}

Response text_response(std::string body, const char* type) {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, type);
    response.body() = std::move(body);
    return response;
}

Answer metrics(Context& c, Exchange& /*exchange*/) {
    try {
        const auto now =
            co_await c.disk.reads.run_within(kCountTime, [&c] { return c.store.counts(); });
        if (now) c.job_counts = *now;
    } catch (const Error&) {  // the rest is worth showing all the same
    }
    const JobStore::Counts& jobs = c.job_counts;
    const WorkerPool::Counts workers = c.pool.counts();
    co_return text_response(c.metrics.text({.connections = c.connections,
                                            .workers_busy = workers.busy,
                                            .live = workers.live,
                                            .waiting = workers.waiting,
                                            .jobs_queued = jobs.queued,
                                            .jobs_running = jobs.running,
                                            .workers_lost = workers.lost,
                                            .log_dropped = c.log_output.dropped(),
                                            .ready = c.ready()}),
                            "text/plain; version=0.0.4");
}

}  // namespace

std::vector<Route> status_routes() {
    // For what is answered at once, from the context alone.
    const auto now = [](auto make) {
        return [make](Context& c, Exchange&) -> Answer { co_return make(c); };
    };
    using enum http::verb;
    return {
        {get, "/health", {}, now(health)},
        {get, "/livez", {}, now([](const Context&) {
             return json_response(http::status::ok, {{"live", true}});
         })},
        {get, "/readyz", {}, now(ready)},
        {get, "/version", {}, now([](const Context& c) {
             return json_response(http::status::ok, {{"version", version()},
                                                     {"model", c.pool.description().at("model")}});
         })},
        {get, "/openapi.json", {}, now([](const Context&) {
             return text_response(openapi_document(), "application/json");
         })},
        {get, "/metrics", Scope::metrics, metrics},
    };
}

std::vector<Route> all_routes() {
    std::vector<Route> all = status_routes();
    for (const auto part : {score_routes, live_routes, job_routes, page_routes})
        std::ranges::move(part(), std::back_inserter(all));
    return all;
}

}  // namespace syncnet::service
