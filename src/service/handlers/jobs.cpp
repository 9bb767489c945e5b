#include "base/encoding.h"
#include "base/random.h"
#include "service/handlers/handlers.h"
#include "service/http/video_request.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::size_t kMaxIdempotencyKeyBytes = 256;
// How often a listener hears something, so that it and the proxies between know that all is well.
constexpr auto kHeartbeat = std::chrono::seconds(15);
constexpr auto kMaxListening = std::chrono::hours(1);

std::string new_job_id() {
    return "job_" + to_hex(random_bytes<16>());
}

std::string owner(const Exchange& exchange) {
    return exchange.key == nullptr ? std::string() : exchange.key->name;
}

// The job as it is kept now; or the one that came before, with the same key.
asio::awaitable<Job> keep(Job job, int video, Context& c) {
    auto before = co_await c.disk.reads.run([&] { return c.store.accepted_before(job); });
    if (before) co_return std::move(*before);
    Spool::Use kept = co_await c.disk.videos.run([&] { return c.store.keep(job, video); });
    auto accepted =
        co_await c.disk.writes.run([&] { return c.store.accept(job, std::move(kept)); });
    co_return std::move(accepted.job);
}

Answer accept(Context& c, Exchange& exchange) {
    judge_headers(exchange, c.settings, c.uploads);
    if (c.stopping) throw Error(ErrorCode::shutting_down, "no new work is taken on");
    const std::string idempotency_key(exchange.field("Idempotency-Key"));
    if (idempotency_key.size() > kMaxIdempotencyKeyBytes)
        throw Error(ErrorCode::invalid_request, "the Idempotency-Key is too long");
    VideoRequest request =
        co_await read_video_request(exchange, c.settings, c.folders, c.uploads, c.disk.uploads);
    exchange.session_id = request.session_id;
    c.pool.require_model(request.options.model);
    c.jobs.judge_webhook(request.webhook);
    exchange.stream.lowest().expires_never();
    if (request.sha256.empty())
        request.sha256 =
            co_await c.disk.uploads.run([&] { return sha256_of(request.video.get()); });
    const Job asked{.id = new_job_id(),
                    .owner = owner(exchange),
                    .idempotency_key = idempotency_key,
                    .video = request.sha256,
                    .bytes = request.bytes,
                    .options = request.options,
                    .session_id = request.session_id,
                    .webhook = request.webhook};
    const Job job = co_await keep(asked, request.video.get(), c);
    c.jobs.wake();
    Response response = json_response(http::status::accepted, to_json(job));
    response.set(http::field::location, "/v1/jobs/" + job.id);
    co_return response;
}

asio::awaitable<Job> find(Context& c, const Exchange& exchange) {
    auto job = co_await c.disk.reads.run(
        [&] { return c.store.find(exchange.path_parameter, owner(exchange)); });
    if (!job) throw Error(ErrorCode::not_found, "there is no such job");
    co_return std::move(*job);
}

Answer show(Context& c, Exchange& exchange) {
    const Job job = co_await find(c, exchange);
    co_return json_response(http::status::ok, to_json(job, c.jobs.progress(job.id)));
}

Answer remove(Context& c, Exchange& exchange) {
    const bool removed = co_await c.disk.writes.run(
        [&] { return c.store.remove(exchange.path_parameter, owner(exchange)); });
    if (!removed) throw Error(ErrorCode::not_found, "there is no such job");
    c.jobs.cancel(exchange.path_parameter);
    co_return Response(http::status::no_content, 11);
}

// Server-sent events: the job as it is now and whenever it changes, until it has ended.
Answer listen(Context& c, Exchange& exchange) {
    Job job = co_await find(c, exchange);
    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, "text/event-stream");
    head.set("X-Accel-Buffering", "no");  // for proxies of nginx
    set_common_headers(head, exchange);
    head.keep_alive(false);
    auto& stream = exchange.stream;
    http::response_serializer<http::empty_body> serializer(head);
    stream.lowest().expires_after(c.settings.idle_timeout);
    co_await http::async_write_header(stream, serializer, asio::use_awaitable);
    if (exchange.header.get().method() == http::verb::head) co_return std::nullopt;

    std::string told;
    const auto end = Clock::now() + kMaxListening;
    while (Clock::now() < end) {
        std::string data = to_json(job, c.jobs.progress(job.id)).dump();
        std::string event = ": still there\n\n";
        if (data != told) {
            event = "event: " + std::string(to_string(job.state)) + "\ndata: " + data + "\n\n";
            told = std::move(data);
        }
        stream.lowest().expires_after(c.settings.idle_timeout);
        co_await asio::async_write(stream, asio::buffer(event), asio::use_awaitable);
        exchange.bytes_out += event.size();
        if (job.state == JobState::done || job.state == JobState::failed || c.stopping) break;
        // While a job runs its progress alone changes, which the runner knows without the disk.
        const bool running = job.state == JobState::running;
        bool changed = true;
        if (running == c.jobs.progress(job.id).has_value())
            changed = co_await c.jobs.next_change(job.id, kHeartbeat);
        if (changed && running && c.jobs.progress(job.id)) continue;
        auto now = co_await c.disk.reads.run([&] { return c.store.find(job.id, job.owner); });
        if (!now) break;  // it was deleted
        job = std::move(*now);
    }
    co_return std::nullopt;
}

}  // namespace

std::vector<Route> job_routes() {
    using enum http::verb;
    return {{post, "/v1/jobs", Scope::jobs, accept},
            {get, "/v1/jobs/{id}", Scope::jobs, show},
            {delete_, "/v1/jobs/{id}", Scope::jobs, remove},
            {get, "/v1/jobs/{id}/events", Scope::jobs, listen}};
}

}  // namespace syncnet::service
