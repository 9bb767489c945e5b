#include "service/server.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <set>
#include <stop_token>

#include "base/version.h"
#include "service/http.h"
#include "service/score_request.h"

namespace syncnet::service {
namespace {

using asio::use_awaitable;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMaxHeaderBytes = 16 << 10;
// A client that still sends when it is refused gets this chance to read why.
constexpr std::size_t kMaxDiscardedBytes = 4 << 20;
constexpr auto kDiscardTime = std::chrono::seconds(2);

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

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
    int& taken_;  // only the HTTP thread counts
};

}  // namespace

struct Server::Impl {
    Impl(const Settings& wanted, std::shared_ptr<const pipeline::Analyzer> shared);

    struct Connection {
        explicit Connection(tcp::socket socket) : stream(std::move(socket)) {}
        beast::tcp_stream stream;
        beast::flat_buffer buffer{kMaxHeaderBytes + (64U << 10U)};
        bool idle = true;     // between requests
        bool unread = false;  // something of the request's body is still on the wire
    };

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<bool> serve_one(Connection& connection);
    asio::awaitable<Response> answer(Connection& connection, HeaderParser& header);
    asio::awaitable<Response> score(Connection& connection, HeaderParser& header);
    asio::awaitable<pipeline::Analysis> analyze(std::shared_ptr<ScoreRequest> request,
                                                Clock::time_point deadline);
    asio::awaitable<void> discard_rest(Connection& connection);
    Response health() const;
    void begin_stop();

    Settings settings;
    std::shared_ptr<const pipeline::Analyzer> analyzer;
    UploadFolder folder;
    asio::io_context io{1};
    asio::thread_pool workers;
    tcp::acceptor acceptor{io};
    asio::signal_set signals{io, SIGTERM, SIGINT};
    asio::steady_timer drain{io};
    asio::steady_timer place_free{io};  // cancelled whenever a connection ends
    std::set<Connection*> connections;
    std::stop_source give_up;
    int taken = 0;
    bool stopping = false;
    Clock::time_point started = Clock::now();
};

Server::Impl::Impl(const Settings& wanted, std::shared_ptr<const pipeline::Analyzer> shared)
    : settings(wanted),
      analyzer(std::move(shared)),
      folder(wanted.upload_dir),
      workers(static_cast<std::size_t>(wanted.workers)) {
    try {
        const TemporaryFile probe(settings.tmp_dir);  // rather now than at the first upload
    } catch (const Error& e) {
        throw Error(ErrorCode::invalid_setting, std::string("TMP_DIR: ") + e.what());
    }
    try {
        // A name such as localhost is looked up; of several addresses the first is taken.
        const tcp::endpoint endpoint =
            *tcp::resolver(io)
                 .resolve(settings.host, std::to_string(settings.port), tcp::resolver::passive)
                 .begin();
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen();
    } catch (const boost::system::system_error& e) {
        throw Error(ErrorCode::invalid_setting, "HOST, PORT: can't listen on " + settings.host +
                                                    " port " + std::to_string(settings.port) +
                                                    ": " + e.code().message());
    }
}

Response Server::Impl::health() const {
    nlohmann::json body{
        {"status", stopping ? "stopping" : "healthy"},
        {"service", "syncnet-avsync"},
        {"version", version()},
        {"syncnet_available", true},
        {"models_loaded", true},
        {"busy", taken},
        {"uptime_s",
         std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started).count()}};
    body.update(pipeline::describe(analyzer->models()));
    return json_response(http::status::ok, body);
}

asio::awaitable<pipeline::Analysis> Server::Impl::analyze(std::shared_ptr<ScoreRequest> request,
                                                          Clock::time_point deadline) {
    co_return analyzer->analyze(
        request->source(),
        {.model = request->model, .stop = give_up.get_token(), .deadline = deadline});
}

asio::awaitable<Response> Server::Impl::score(Connection& connection, HeaderParser& header) {
    judge_headers(header, settings);
    if (stopping) throw Error(ErrorCode::shutting_down, "no new work is taken on");
    // Judged before the body is read, so that nobody uploads in vain; but only who has sent all of
    // it takes a place, so that slow clients cost a socket and nothing else.
    const int places = settings.workers + settings.queue;
    Admission::require_place(taken, places);

    auto request = std::make_shared<ScoreRequest>(co_await read_score_request(
        connection.stream, connection.buffer, header, settings, folder, connection.unread));
    const Admission admission(taken, places);
    // Nothing is expected from the client until it has its answer.
    connection.stream.expires_never();
    const auto start = Clock::now();
    (void)analyzer->models().find(request->model);  // an unknown name: before a worker takes it

    const auto analysis = co_await asio::co_spawn(
        workers.get_executor(), analyze(request, start + settings.processing_timeout),
        use_awaitable);
    auto body = pipeline::to_json(analysis);
    body["session_id"] = request->session_id;
    body["processing_time_ms"] = std::llround(milliseconds_since(start));
    co_return json_response(http::status::ok, body);
}

asio::awaitable<Response> Server::Impl::answer(Connection& connection, HeaderParser& header) {
    const auto& request = header.get();
    const std::string_view target = request.target();
    const std::string_view path = target.substr(0, target.find('?'));
    const auto expect = [&](http::verb method, const char* name) {
        if (request.method() != method)
            throw Error(ErrorCode::method_not_allowed,
                        std::string(name) + " is the only method here");
    };
    if (path == "/health") {
        if (request.method() != http::verb::head) expect(http::verb::get, "GET");
        co_return health();
    }
    if (path == "/score") {
        expect(http::verb::post, "POST");
        co_return co_await score(connection, header);
    }
    throw Error(ErrorCode::not_found, "there is nothing at this address");
}

// True if the connection may serve another request.
asio::awaitable<bool> Server::Impl::serve_one(Connection& connection) {
    HeaderParser header;
    header.header_limit(kMaxHeaderBytes);
    header.body_limit(boost::none);  // judged by judge_headers, with an answer
    connection.stream.expires_after(settings.idle_timeout);
    boost::system::error_code failed;
    co_await http::async_read_header(connection.stream, connection.buffer, header,
                                     asio::redirect_error(use_awaitable, failed));
    if (failed == http::error::end_of_stream || failed == beast::error::timeout ||
        failed == asio::error::operation_aborted || failed == asio::error::connection_reset ||
        failed == http::error::partial_message)
        co_return false;
    connection.idle = false;
    const auto start = Clock::now();
    const std::string method(header.get().method_string());
    std::string path(header.get().target());
    path.resize(std::min(path.find('?'), path.size()));
    const bool head = header.get().method() == http::verb::head;
    const unsigned version = failed ? 11 : header.get().version();
    bool keep_alive = !failed && header.get().keep_alive();

    Response response;
    std::string_view code;
    connection.unread = true;
    try {
        if (failed) throw Error(ErrorCode::invalid_request, "not HTTP: " + failed.message());
        // Any other coding leaves it open where the request ends.
        if (header.get().count(http::field::transfer_encoding) > 0 && !header.chunked())
            throw Error(ErrorCode::invalid_request, "the only transfer encoding is chunked");
        connection.unread = header.chunked() || header.content_length().value_or(0) > 0;
        response = co_await answer(connection, header);
    } catch (const Error& e) {
        // Whoever is cut off because the service stops may well ask another instance.
        response = e.code() == ErrorCode::cancelled && stopping
                       ? problem(Error(ErrorCode::shutting_down, e.what()))
                       : problem(e);
        code = e.info().name;
        if (e.code() == ErrorCode::method_not_allowed)
            response.set(http::field::allow, path == "/score" ? "POST" : "GET, HEAD");
    } catch (const boost::system::system_error&) {
        co_return false;  // the client is gone, or too slow
    } catch (const std::exception& e) {
        spdlog::error("unexpected: {}", e.what());
        response = problem(Error(ErrorCode::internal, "an unexpected error"));
    }
    keep_alive = keep_alive && !connection.unread && !stopping;
    response.version(version);
    response.set(http::field::server, "syncnet");
    response.set("X-Content-Type-Options", "nosniff");
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(keep_alive);
    response.prepare_payload();
    if (head) response.body().clear();  // its length is told all the same
    const auto status = response.result_int();
    connection.stream.expires_after(settings.idle_timeout);
    co_await http::async_write(connection.stream, response,
                               asio::redirect_error(use_awaitable, failed));
    spdlog::info(R"({{"method":"{}","path":"{}","status":{},"code":"{}","ms":{:.0f}}})", method,
                 path == "/score" || path == "/health" ? path : "other", status, code,
                 milliseconds_since(start));
    if (failed) co_return false;
    if (connection.unread) co_await discard_rest(connection);
    connection.idle = true;
    co_return keep_alive && !stopping;
}

// Closing a socket with unread bytes in it resets the connection, and the client may never see the
// answer; so take some of what it is still sending.
asio::awaitable<void> Server::Impl::discard_rest(Connection& connection) {
    boost::system::error_code failed;
    connection.stream.socket().shutdown(tcp::socket::shutdown_send, failed);
    connection.stream.expires_after(kDiscardTime);
    std::array<char, 16 << 10> waste;
    for (std::size_t total = 0; !failed && total < kMaxDiscardedBytes;)
        total += co_await connection.stream.async_read_some(
            asio::buffer(waste), asio::redirect_error(use_awaitable, failed));
}

asio::awaitable<void> Server::Impl::serve(tcp::socket socket) {
    if (stopping) co_return;
    Connection connection(std::move(socket));
    boost::system::error_code ignored;
    connection.stream.socket().set_option(tcp::no_delay(true), ignored);
    connections.insert(&connection);
    try {
        while (co_await serve_one(connection)) {
        }
    } catch (const std::exception& e) {
        spdlog::error("connection: {}", e.what());
    }
    connections.erase(&connection);
    connection.stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    place_free.cancel();
    if (stopping && connections.empty()) drain.cancel();
}

asio::awaitable<void> Server::Impl::accept() {
    while (acceptor.is_open()) {
        if (connections.size() >= static_cast<std::size_t>(settings.connections)) {
            boost::system::error_code woken;
            place_free.expires_at(Clock::time_point::max());
            co_await place_free.async_wait(asio::redirect_error(use_awaitable, woken));
            continue;
        }
        boost::system::error_code failed;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(use_awaitable, failed));
        if (failed && failed != asio::error::operation_aborted) {  // no descriptors, no memory
            asio::steady_timer pause(io, std::chrono::milliseconds(50));
            co_await pause.async_wait(use_awaitable);
        }
        if (failed) continue;
        asio::co_spawn(io, serve(std::move(socket)), asio::detached);
    }
}

void Server::Impl::begin_stop() {
    if (stopping) return;
    stopping = true;
    boost::system::error_code ignored;
    acceptor.close(ignored);
    signals.clear(ignored);  // a second signal ends the process at once
    place_free.cancel();
    spdlog::info("stopping: {} connections, {} requests", connections.size(), taken);
    for (Connection* const connection : connections)
        if (connection->idle) connection->stream.cancel();
    if (connections.empty()) return;
    drain.expires_after(settings.drain);
    drain.async_wait([this](boost::system::error_code cancelled) {
        if (cancelled) return;
        give_up.request_stop();
        for (Connection* const connection : connections) connection->stream.cancel();
    });
}

Server::Server(const Settings& settings, std::shared_ptr<const pipeline::Analyzer> analyzer)
    : impl_(std::make_unique<Impl>(settings, std::move(analyzer))) {}
Server::~Server() = default;

std::uint16_t Server::port() const {
    return impl_->acceptor.local_endpoint().port();
}

void Server::run() {
    impl_->signals.async_wait([this](boost::system::error_code failed, int) {
        if (!failed) impl_->begin_stop();
    });
    asio::co_spawn(impl_->io, impl_->accept(), asio::detached);
    impl_->io.run();
    impl_->workers.join();
}

void Server::stop() {
    asio::post(impl_->io, [this] { impl_->begin_stop(); });
}

}  // namespace syncnet::service
