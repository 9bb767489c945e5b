#include "base/version.h"
#include "service/handlers/handlers.h"
#include "service/openapi.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

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
        {{"ready", false},
         {"reason", c.stopping ? "the service is stopping" : "workers can't be kept alive"}});
}

Response text_response(std::string body, const char* type) {
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, type);
    response.body() = std::move(body);
    return response;
}

Answer metrics(Context& c) {
    JobStore::Counts jobs;
    try {
        jobs = co_await c.disk.run([&] { return c.store.counts(); });
    } catch (const Error&) {  // the rest is worth showing all the same
    }
    const WorkerPool::Counts workers = c.pool.counts();
    co_return text_response(c.metrics.text({.connections = c.connections,
                                            .workers_busy = workers.busy,
                                            .waiting = workers.waiting,
                                            .jobs_queued = jobs.queued,
                                            .jobs_running = jobs.running,
                                            .workers_lost = workers.lost,
                                            .ready = c.ready()}),
                            "text/plain; version=0.0.4");
}

}  // namespace

std::vector<Route> status_routes(Context& c) {
    const auto now = [](auto make) { return [make](Exchange&) -> Answer { co_return make(); }; };
    using enum http::verb;
    return {
        {get, "/health", {}, now([&c] { return health(c); })},
        {get, "/livez", {}, now([] {
             return json_response(http::status::ok, {{"live", true}});
         })},
        {get, "/readyz", {}, now([&c] { return ready(c); })},
        {get, "/version", {}, now([&c] {
             return json_response(http::status::ok, {{"version", version()},
                                                     {"model", c.pool.description().at("model")}});
         })},
        {get, "/openapi.json", {}, now([] {
             return text_response(std::string(openapi_document()), "application/json");
         })},
        {get, "/metrics", Scope::metrics, [&c](Exchange&) { return metrics(c); }},
    };
}

std::vector<Route> all_routes(Context& context) {
    std::vector<Route> all = status_routes(context);
    for (auto part : {score_routes, job_routes})
        std::ranges::move(part(context), std::back_inserter(all));
    return all;
}

}  // namespace syncnet::service
