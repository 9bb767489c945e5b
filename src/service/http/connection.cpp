#include "service/http/connection.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>

#include "base/text.h"
#include "service/http/client_name.h"

namespace syncnet::service {
namespace {

using asio::use_awaitable;
using Clock = std::chrono::steady_clock;

// A client that still sends when it is refused gets this chance to read why: long enough for what
// a fast one has on the way, and no longer than that.
constexpr std::size_t kMaxDiscardedBytes = 64 << 20;
constexpr auto kDiscardTime = std::chrono::seconds(2);
constexpr std::size_t kFirstReadBytes = 4 << 10;
// Of a client's rate per minute, so much may come at once.
constexpr int kBurstShare = 6;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class TooMany : public Error {
  public:
    explicit TooMany(std::chrono::seconds wait)
        : Error(ErrorCode::too_many_requests,
                "the next one is allowed in " + std::to_string(wait.count()) + " s"),
          wait_(wait) {}
    std::string wait() const { return std::to_string(wait_.count()); }

  private:
    std::chrono::seconds wait_;
};

}  // namespace

Connection::Connection(Context& context, std::span<const Route> routes,
                       asio::ip::tcp::socket socket, asio::ssl::context* tls)
    : context_(context), routes_(routes), stream_(std::move(socket), tls) {
    boost::system::error_code ignored;
    auto& lowest = stream_.lowest().socket();
    lowest.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (const auto peer = lowest.remote_endpoint(ignored); !ignored) {
        address_ = peer.address().to_string();
        client_ = client_name(peer.address());
    }
}

asio::awaitable<void> Connection::serve() {
    boost::system::error_code ignored;
    try {
        stream_.lowest().expires_after(context_.settings.header_timeout);
        co_await stream_.shake_hands();
        while (co_await serve_one()) {
        }
        stream_.lowest().expires_after(kDiscardTime);
        co_await stream_.end_writing();
    } catch (const boost::system::system_error&) {
        // The client is gone, or too slow, or does not speak TLS.
    } catch (const std::exception& e) {
        spdlog::error("connection: {}", e.what());
    }
    stream_.lowest().socket().shutdown(asio::socket_base::shutdown_both, ignored);
}

// The wait for a request may be long; from its first byte on, its head may not.
asio::awaitable<boost::system::error_code> Connection::read_header(HeaderParser& header) {
    boost::system::error_code failed;
    header.header_limit(kMaxHeaderBytes);
    header.body_limit(boost::none);  // judged by the handler, with an answer
    if (buffer_.size() == 0) {
        stream_.lowest().expires_after(context_.settings.idle_timeout);
        const std::size_t length = co_await stream_.async_read_some(
            buffer_.prepare(kFirstReadBytes), asio::redirect_error(use_awaitable, failed));
        if (failed) co_return failed;
        buffer_.commit(length);
    }
    idle_ = false;
    stream_.lowest().expires_after(context_.settings.header_timeout);
    co_await http::async_read_header(stream_, buffer_, header,
                                     asio::redirect_error(use_awaitable, failed));
    co_return failed;
}

// A page of another site could have its own name lead to this address. Throws wrong_host.
void Connection::require_known_name(std::string_view host) const {
    if (context_.settings.hosts.empty()) return;
    const auto port = host.rfind(':');
    const std::string_view name =
        port == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, port);
    for (const std::string_view known : separated(context_.settings.hosts, ','))
        if (beast::iequals(name, known)) return;
    throw Error(ErrorCode::wrong_host, "the request's Host is not a name of this service");
}

// Throws too_many_requests.
void Connection::count_for(const ApiKey& key) {
    if (keys_connection_.holder() == key.name) return;
    Shares::Share mine(context_.by_key, key.name);
    if (mine.take(1) != Shares::Answer::granted)
        throw Error(ErrorCode::too_many_requests,
                    "the key has as many connections as one client may");
    keys_connection_ = std::move(mine);
}

// Throws unauthorized, forbidden, too_many_requests, wrong_host.
void Connection::admit(Exchange& exchange, Scope scope, std::string_view presented) {
    require_known_name(exchange.field(http::field::host));
    Rate rate{.per_minute = context_.settings.rate_per_minute};
    if (context_.keys) {
        exchange.key = context_.keys->find(presented);
        if (exchange.key == nullptr)
            throw Error(ErrorCode::unauthorized, "there is no key, or not one that is known here");
        if (!exchange.key->may(scope))
            throw Error(ErrorCode::forbidden,
                        "the key lacks the scope " + std::string(to_string(scope)));
        exchange.client = exchange.key->name;
        count_for(*exchange.key);
        if (exchange.key->rate_per_minute) rate.per_minute = *exchange.key->rate_per_minute;
    }
    if (rate.per_minute == 0) return;
    rate.burst = std::max(1, rate.per_minute / kBurstShare);
    const auto allowed = context_.limiter.take(exchange.client, rate, Clock::now());
    if (!allowed.allowed) throw TooMany(allowed.retry_after);
}

asio::awaitable<std::optional<Response>> Connection::answer(Exchange& exchange,
                                                            std::string_view path) {
    const auto& request = exchange.header.get();
    // Any other coding leaves it open where the request ends; HTTP/1.0 has none, and what stands
    // between may see another end of it.
    if (request.count(http::field::transfer_encoding) > 0) {
        if (request.version() < 11)
            throw Error(ErrorCode::invalid_request, "HTTP/1.0 has no transfer encoding");
        if (!exchange.header.chunked())
            throw Error(ErrorCode::invalid_request, "the only transfer encoding is chunked");
    }
    exchange.unread = exchange.header.chunked() || exchange.header.content_length().value_or(0) > 0;
    const RouteMatch found = match(routes_, request.method(), path);
    if (found.route != nullptr) route_name_ = found.route->path;
    const std::string_view origin = exchange.field(http::field::origin);
    if (request.method() == http::verb::options && !found.allowed.empty()) {
        exchange.answer_headers = context_.cors.for_preflight(origin);
        exchange.answer_headers.emplace_back("Allow", found.allowed);
        co_return Response(http::status::no_content, 11);
    }
    exchange.answer_headers = context_.cors.for_answer(origin);
    if (found.allowed.empty())
        throw Error(ErrorCode::not_found, "there is nothing at this address");
    if (found.route == nullptr) {
        exchange.answer_headers.emplace_back("Allow", found.allowed);
        throw Error(ErrorCode::method_not_allowed, "here one may " + found.allowed);
    }
    exchange.client = client_;
    exchange.admit = [this, &exchange](Scope scope, std::string_view presented) {
        admit(exchange, scope, presented);
    };
    if (found.route->scope)
        admit(
            exchange, *found.route->scope,
            presented_key(exchange.field(http::field::authorization), exchange.field("X-API-Key")));
    exchange.path_parameter = found.parameter;
    const std::string_view target = request.target();
    if (const auto mark = target.find('?'); mark != std::string_view::npos)
        exchange.query = parse_query(target.substr(mark + 1));
    co_return co_await found.route->handle(context_, exchange);
}

// True if the connection may serve another request.
asio::awaitable<bool> Connection::serve_one() {
    HeaderParser header;
    boost::system::error_code failed = co_await read_header(header);
    if (failed == http::error::end_of_stream || failed == http::error::partial_message ||
        (failed && failed.category() != make_error_code(http::error::bad_method).category()))
        co_return false;
    const auto start = Clock::now();
    const std::string method(header.get().method_string());
    const std::string target(header.get().target());
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    const bool head = header.get().method() == http::verb::head;
    const unsigned version = failed ? 11 : header.get().version();
    bool keep_alive = !failed && header.get().keep_alive();

    route_name_ = "other";
    unread_ = true;
    Exchange exchange{.stream = stream_, .buffer = buffer_, .header = header, .unread = unread_};
    exchange.trace = child_of(failed ? std::string_view() : exchange.field("traceparent"));
    std::optional<Response> response;
    std::string_view code;
    try {
        if (failed) throw Error(ErrorCode::invalid_request, "not HTTP: " + failed.message());
        response = co_await answer(exchange, path);
    } catch (const Error& e) {
        // Whoever is cut off because the service stops may well ask another instance.
        const bool stopped = e.code() == ErrorCode::cancelled && context_.stopping;
        const Error error = stopped ? Error(ErrorCode::shutting_down, e.what()) : e;
        response = problem(error);
        code = error.info().name;
        context_.metrics.rejection(code);
        if (const auto* const wait = dynamic_cast<const TooMany*>(&e))
            response->set(http::field::retry_after, wait->wait());
        if (e.code() == ErrorCode::unauthorized)
            response->set(http::field::www_authenticate, "Bearer");
    } catch (const boost::system::system_error&) {
        co_return false;  // the client is gone, or too slow
    } catch (const std::exception& e) {
        spdlog::error("unexpected: {}", e.what());
        response = problem(Error(ErrorCode::internal, "an unexpected error"));
        code = error_info(ErrorCode::internal).name;
    }

    int status = 200;
    keep_alive = keep_alive && response && !unread_ && !context_.stopping;
    if (response) {
        status = static_cast<int>(response->result_int());
        response->version(version);
        set_common_headers(*response, exchange);
        response->keep_alive(keep_alive);
        if (status != 204) response->prepare_payload();
        exchange.bytes_out += response->body().size();
        if (head) response->body().clear();  // its length is told all the same
        stream_.lowest().expires_after(context_.settings.idle_timeout);
        co_await http::async_write(stream_, *response, asio::redirect_error(use_awaitable, failed));
    }
    const double seconds = seconds_since(start);
    context_.metrics.request(method, route_name_, status, seconds);
    spdlog::info("{}", context_.log.line({.method = method,
                                          .route = route_name_,
                                          .status = status,
                                          .error_code = code,
                                          .bytes_in = exchange.bytes_in,
                                          .bytes_out = exchange.bytes_out,
                                          .ms = 1000 * seconds,
                                          .trace_id = trace_id_of(exchange.trace),
                                          .key_name = exchange.key ? exchange.key->name : "",
                                          .decision = exchange.decision,
                                          .cached = exchange.cached,
                                          .worker_ms = exchange.worker_ms,
                                          .client = address_,
                                          .session_id = exchange.session_id}));
    if (failed) co_return false;
    if (unread_) co_await discard_rest();
    idle_ = true;
    co_return keep_alive && !context_.stopping;
}

// Closing a socket with unread bytes in it resets the connection, and the client may never see the
// answer; so take some of what it is still sending. Not as fast as it comes: a client that can't
// send on looks at what it has been sent.
asio::awaitable<void> Connection::discard_rest() {
    boost::system::error_code failed;
    const auto start = Clock::now();
    stream_.lowest().expires_at(start + kDiscardTime);
    co_await stream_.end_writing();
    asio::steady_timer pause(stream_.get_executor());
    std::array<char, 16 << 10> waste;
    for (std::size_t total = 0; !failed && total < kMaxDiscardedBytes;) {
        total += co_await stream_.async_read_some(asio::buffer(waste),
                                                  asio::redirect_error(use_awaitable, failed));
        const std::chrono::duration<double> due =
            kDiscardTime * (static_cast<double>(total) / kMaxDiscardedBytes);
        pause.expires_at(start + std::chrono::duration_cast<Clock::duration>(due));
        if (!failed) co_await pause.async_wait(asio::redirect_error(use_awaitable, failed));
    }
}

}  // namespace syncnet::service
