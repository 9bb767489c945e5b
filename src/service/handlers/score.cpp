#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <variant>

#include "service/handlers/handlers.h"
#include "service/http/video_request.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kStillThere = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr auto kLookInterval = std::chrono::milliseconds(100);

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

bool is_broken(int socket) {
    pollfd state{socket, 0, 0};
    return ::poll(&state, 1, 0) > 0;  // POLLERR and POLLHUP alone are looked for
}

// Returns when the client has closed its connection. Once it has sent more, as another request, it
// is there, and no longer watched. One that only says that it will send no more waits for its
// answer; which of the two it is, its system says when it is sent something, which HTTP/1.1 allows.
asio::awaitable<void> client_gone(ClientStream& stream, unsigned version) {
    auto& socket = stream.lowest().socket();
    const int fd = socket.native_handle();
    co_await socket.async_wait(asio::socket_base::wait_read, asio::use_awaitable);
    char byte = 0;
    const ssize_t length = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (length < 0 || (length == 0 && stream.is_secure())) co_return;  // TLS ends otherwise
    asio::steady_timer timer(socket.get_executor(), Clock::time_point::max());
    if (length > 0) co_await timer.async_wait(asio::use_awaitable);
    if (version >= 11)
        ::send(fd, kStillThere.data(), kStillThere.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    while (!is_broken(fd)) {
        timer.expires_after(kLookInterval);
        co_await timer.async_wait(asio::use_awaitable);
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
        co_await read_video_request(exchange, c.settings, c.folders, c.uploads, c.disk.uploads);
    exchange.session_id = request.session_id;
    if (!request.webhook.empty())
        throw Error(ErrorCode::invalid_request, "a webhook goes with a job: POST /v1/jobs");
    const unsigned version = exchange.header.get().version();
    const Admission admission(c.taken, places);
    // Nothing is expected from the client until it has its answer.
    auto& connection = exchange.stream.lowest();
    connection.expires_never();
    const auto start = Clock::now();
    c.metrics.stage(Stage::upload, std::chrono::duration<double>(start - asked).count());

    ScoringTask task{.video = request.video.get(),
                     .client = exchange.client,
                     .sha256 = request.sha256,
                     .options = request.options,
                     .deadline = start + c.settings.processing_timeout};
    auto result =
        co_await (outcome(c.scoring, std::move(task)) || client_gone(exchange.stream, version));
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
