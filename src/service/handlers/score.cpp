#include <sys/socket.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <variant>

#include "service/handlers/handlers.h"
#include "service/video_request.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;

// Counts requests that have been taken on, and gives the place back.
class Admission {
  public:
    Admission(int& taken, int limit) : taken_(taken) {
        require_place(taken, limit);
        ++taken_;
    }
    ~Admission() { --taken_; }
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    static void require_place(int taken, int limit) {
        if (taken >= limit) throw Error(ErrorCode::overloaded, "as many requests wait as may");
    }

  private:
    int& taken_;
};

// Returns when the client has closed its connection. Once it has sent more, as another request, it
// is there, and no longer watched.
asio::awaitable<void> client_gone(asio::ip::tcp::socket& socket) {
    co_await socket.async_wait(asio::socket_base::wait_read, asio::use_awaitable);
    char byte = 0;
    if (::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
        asio::steady_timer never(socket.get_executor(), Clock::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    }
}

// Never throws: `||` waits for the other where one fails. It takes variants apart.
using Outcome = std::variant<Scored, std::exception_ptr>;

asio::awaitable<Outcome> outcome(Scoring& scoring, ScoringTask task) {
    try {
        co_return co_await scoring.score(std::move(task));
    } catch (...) {
        co_return std::current_exception();
    }
}

Answer score(Context& c, Exchange& exchange) {
    using namespace asio::experimental::awaitable_operators;
    judge_headers(exchange, c.settings, c.uploads);
    if (c.stopping) throw Error(ErrorCode::shutting_down, "no new work is taken on");
    // Judged before the body is read, so that nobody uploads in vain; but only who has sent all of
    // it takes a place, so that slow clients cost a socket and nothing else.
    const int places = c.settings.workers + c.settings.queue;
    Admission::require_place(c.taken, places);
    const auto asked = Clock::now();
    const VideoRequest request =
        co_await read_video_request(exchange, c.settings, c.folders, c.uploads);
    exchange.session_id = request.session_id;
    if (!request.webhook.empty())
        throw Error(ErrorCode::invalid_request, "a webhook goes with a job: POST /v1/jobs");
    const Admission admission(c.taken, places);
    // Nothing is expected from the client until it has its answer.
    auto& connection = exchange.stream.lowest();
    connection.expires_never();
    const auto start = Clock::now();
    c.metrics.stage(Stage::upload, std::chrono::duration<double>(start - asked).count());

    ScoringTask task{.video = request.video.get(),
                     .client = exchange.client,
                     .sha256 = request.sha256,
                     .choice = request.choice,
                     .deadline = start + c.settings.processing_timeout};
    auto result =
        co_await (outcome(c.scoring, std::move(task)) || client_gone(connection.socket()));
    if (std::holds_alternative<std::monostate>(result))
        throw Error(ErrorCode::cancelled, "the client closed its connection");
    if (const auto* const failed = std::get_if<std::exception_ptr>(&result))
        std::rethrow_exception(*failed);
    auto& [body, cached, worker_ms] = std::get<Scored>(result);
    exchange.decision = body.at("decision").get<std::string>();
    exchange.cached = cached;
    if (!cached) exchange.worker_ms = worker_ms;
    body["session_id"] = request.session_id;
    body["processing_time_ms"] =
        std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - start).count();
    co_return json_response(http::status::ok, body);
}

}  // namespace

std::vector<Route> score_routes() {
    return {{http::verb::post, "/score", Scope::score, score},
            {http::verb::post, "/v1/score", Scope::score, score}};
}

}  // namespace syncnet::service
