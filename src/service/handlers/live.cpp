#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "base/text.h"
#include "service/handlers/handlers.h"
#include "service/http/body.h"
#include "service/http/video_request.h"
#include "service/http/websocket.h"

namespace syncnet::service {
namespace {

using namespace asio::experimental::awaitable_operators;
using nlohmann::json;

constexpr std::string_view kProtocol = "syncnet.v1";
// A browser can't set headers of a WebSocket, but it can offer protocols.
constexpr std::string_view kKeyProtocol = "key.";
// The first message of a client that has connected.
constexpr auto kStartTime = std::chrono::seconds(10);

// ---- what both ways have in common

json ready_message(const LiveSession& session, const LiveOptions& options) {
    return {{"type", "ready"},
            {"session_id", session.session_id()},
            {"received_bytes", session.received()},
            {"max_seconds", options.max_length.count()},
            {"max_bytes", options.max_bytes}};
}

json error_message(const Error& error) {
    return {{"type", "error"}, {"problem", problem_body(error)}};
}

std::string text_of(const json& message) {
    return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_last(const json& message) {
    return message.at("type") == "result" || message.at("type") == "error";
}

void note(Exchange& exchange, const json& message) {
    if (message.at("type") == "result")
        exchange.decision = message.at("result").at("decision").get<std::string>();
}

asio::awaitable<std::shared_ptr<LiveSession>> begin(Context& c, const Exchange& exchange,
                                                    RequestFields fields) {
    if (c.stopping) throw Error(ErrorCode::shutting_down, "no new work is taken on");
    if (!fields.webhook.empty() || !fields.video_path.empty())
        throw Error(ErrorCode::invalid_request, "a recording has no webhook and no video_path");
    if (fields.session_id.size() > kMaxSessionIdBytes)
        throw Error(ErrorCode::invalid_request, "session_id is too long");
    co_return co_await c.live.begin(exchange.client, std::move(fields));
}

// ---- by WebSocket

// What the client offers, as in Sec-WebSocket-Protocol.
struct Offered {
    bool ours = false;
    std::string_view key;
};

Offered offered(const Exchange& exchange) {
    Offered found;
    for (const std::string_view protocol :
         separated(exchange.field(http::field::sec_websocket_protocol), ',')) {
        if (protocol == kProtocol) found.ours = true;
        if (protocol.starts_with(kKeyProtocol)) found.key = protocol.substr(kKeyProtocol.size());
    }
    return found;
}

json parse_text(const WebSocket::Message& message) {
    auto parsed = message.text ? json::parse(message.bytes, nullptr, false) : json();
    if (!parsed.is_object() || !parsed.contains("type") || !parsed["type"].is_string())
        throw Error(ErrorCode::invalid_request,
                    R"(a message is bytes of the recording, or a text such as {"type": "end"})");
    return parsed;
}

struct Start {
    std::string key;
    bool resume = false;
    RequestFields fields;
};

Start parse_start(const WebSocket::Message& message) {
    json start = parse_text(message);
    if (start["type"] != "start")
        throw Error(ErrorCode::invalid_request, R"(the first message is {"type": "start", …})");
    start.erase("type");
    Start parsed;
    const auto take = [&](const char* name, auto& into) {
        const auto found = start.find(name);
        if (found == start.end()) return;
        try {
            found->get_to(into);
        } catch (const json::exception&) {
            throw Error(ErrorCode::invalid_request, std::string(name) + " is of the wrong kind");
        }
        start.erase(found);
    };
    take("api_key", parsed.key);
    take("resume", parsed.resume);
    // Whoever waits wants no more than the verdict.
    if (!start.contains("early")) start["early"] = true;
    parsed.fields = parse_fields(start.dump());
    return parsed;
}

class LiveSocket {
  public:
    LiveSocket(Context& context, Exchange& exchange, WebSocket& socket)
        : context_(context), exchange_(exchange), socket_(socket) {}

    asio::awaitable<void> serve(std::string_view presented) {
        std::optional<Error> failed;
        try {
            session_ = co_await start(presented);
        } catch (const Error& e) {
            failed = e;
        }
        if (failed) {
            context_.metrics.rejection(failed->info().name);
            co_await say_goodbye(error_message(*failed), failed->info().http_status);
            co_return;
        }
        listener_ = session_->listen();
        exchange_.session_id = session_->session_id();
        co_await (hear() && tell());
        if (lost_)
            context_.live.lose(session_, listener_);
        else if (session_->listens(listener_))
            context_.live.forget(session_);
    }

  private:
    asio::awaitable<std::shared_ptr<LiveSession>> start(std::string_view presented) {
        asio::steady_timer patience(context_.io, kStartTime);
        auto first = co_await (socket_.read() || patience.async_wait(asio::use_awaitable));
        if (first.index() == 1 || !std::get<0>(first))
            throw Error(ErrorCode::timeout, "the first message did not come in time");
        Start start = parse_start(*std::get<0>(first));
        exchange_.admit(Scope::score, start.key.empty() ? presented : start.key);
        if (!start.resume) co_return co_await begin(context_, exchange_, std::move(start.fields));
        co_return context_.live.resume(exchange_.client, start.fields.session_id);
    }

    // What the client sends, until it is gone.
    asio::awaitable<void> hear() {
        try {
            while (const auto message = co_await socket_.read()) {
                exchange_.bytes_in += message->bytes.size();
                // The client has opened another connection, and sends it there.
                if (!session_->listens(listener_)) co_return;
                if (!message->text)
                    co_await session_->append(message->bytes);
                else if (!obey(parse_text(*message)))
                    break;
            }
            if (session_->listens(listener_)) session_->give_up();
        } catch (const boost::system::system_error&) {
            lost_ = !session_->over();
            // Who waits for the next verdict waits in vain.
            if (session_->listens(listener_)) listener_ = session_->listen();
        } catch (const Error& e) {
            session_->give_up(e);
        }
    }

    // False: nobody wants an answer.
    bool obey(const json& said) {
        if (said["type"] == "cancel") return false;
        if (said["type"] != "end")
            throw Error(ErrorCode::invalid_request, R"(here one may say "end" or "cancel")");
        session_->end();
        return true;
    }

    // What is known, until the last word.
    asio::awaitable<void> tell() {
        try {
            const json ready = ready_message(*session_, context_.live.options());
            co_await send(ready);
            while (const auto message = co_await session_->next(listener_)) {
                note(exchange_, *message);
                if (!is_last(*message)) {
                    co_await send(*message);
                    continue;
                }
                const bool fine = message->at("type") == "result";
                co_await say_goodbye(*message,
                                     fine ? 200 : message->at("problem").at("status").get<int>());
                co_return;
            }
            // The client has opened another connection for the same session.
            if (!lost_) co_await socket_.close(CloseReason::done);
        } catch (const boost::system::system_error&) {
            lost_ = !session_->over();
        }
    }

    asio::awaitable<void> send(const json& message) {
        const std::string text = text_of(message);
        exchange_.bytes_out += text.size();
        co_await socket_.write(text);
    }

    asio::awaitable<void> say_goodbye(const json& message, int status) {
        co_await send(message);
        const bool full = status == 503 || status == 429 || status == 507;
        co_await socket_.close(status < 400   ? CloseReason::done
                               : full         ? CloseReason::try_again
                               : status < 500 ? CloseReason::policy
                                              : CloseReason::failed);
    }

    Context& context_;
    Exchange& exchange_;
    WebSocket& socket_;
    std::shared_ptr<LiveSession> session_;
    std::uint64_t listener_ = 0;
    bool lost_ = false;  // the connection, before the last word
};

Answer by_websocket(Context& c, Exchange& exchange) {
    if (!WebSocket::is_wanted(exchange))
        throw Error(ErrorCode::invalid_request,
                    "GET /v1/live is a WebSocket; without one, POST the recording");
    // Pages of anywhere could open one, and browsers ask nobody.
    if (!c.cors.may_connect(exchange.field(http::field::origin), exchange.field(http::field::host)))
        throw Error(ErrorCode::forbidden, "pages of that origin may not (CORS_ORIGINS)");
    const Offered offer = offered(exchange);
    const auto header_key =
        presented_key(exchange.field(http::field::authorization), exchange.field("X-API-Key"));
    const auto socket =
        co_await WebSocket::accept(exchange, offer.ours ? kProtocol : std::string_view());
    exchange.unread = false;
    LiveSocket live(c, exchange, *socket);
    co_await live.serve(offer.key.empty() ? header_key : offer.key);
    co_return std::nullopt;
}

// ---- by HTTP: the recording is the body, and the answer comes while it does

void judge_recording(const Exchange& exchange) {
    const std::string_view type = exchange.field(http::field::content_type);
    if (!beast::iequals(type.substr(0, 6), "video/") &&
        !beast::iequals(type.substr(0, type.find(';')), "application/octet-stream"))
        throw Error(ErrorCode::invalid_request,
                    "Content-Type must be video/* or application/octet-stream");
    if (!exchange.header.content_length() && !exchange.header.chunked())
        throw Error(ErrorCode::length_required, "neither Content-Length nor chunked encoding");
}

// Returns when the last word has been told to whoever listens, or nobody does.
asio::awaitable<void> tell_events(Exchange& exchange, LiveSession& session, json first) {
    const std::uint64_t listener = session.listen();
    try {
        std::optional<json> message = std::move(first);
        while (message) {
            note(exchange, *message);
            const std::string event = "event: " + message->at("type").get<std::string>() +
                                      "\ndata: " + text_of(*message) + "\n\n";
            co_await asio::async_write(exchange.stream, asio::buffer(event), asio::use_awaitable);
            exchange.bytes_out += event.size();
            if (is_last(*message)) co_return;
            message = co_await session.next(listener);
        }
    } catch (const boost::system::system_error&) {
    }
}

// Returns never: the answer is the end of it.
asio::awaitable<void> take_recording(Exchange& exchange, LiveSession& session, BodyLimits limits) {
    try {
        co_await read_body(exchange, limits,
                           [&](std::span<const char> piece) { return session.append(piece); });
        session.end();
        exchange.stream.lowest().expires_after(limits.whole);
    } catch (const Error& e) {
        session.give_up(e);
    } catch (const boost::system::system_error&) {
        session.give_up();
    }
    asio::steady_timer never(exchange.stream.get_executor(),
                             std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

Answer by_post(Context& c, Exchange& exchange) {
    judge_recording(exchange);
    if (!exchange.query.contains("early")) exchange.query["early"] = "true";
    RequestFields fields = parse_fields(exchange.query);
    const auto session = co_await begin(c, exchange, std::move(fields));
    exchange.session_id = session->session_id();
    struct Forget {
        Context& context;
        const std::shared_ptr<LiveSession>& session;
        ~Forget() { context.live.forget(session); }
    } forget{c, session};

    http::response<http::empty_body> head(http::status::ok, 11);
    head.set(http::field::content_type, "text/event-stream");
    head.set("X-Accel-Buffering", "no");  // for proxies of nginx
    set_common_headers(head, exchange);
    head.keep_alive(false);
    http::response_serializer<http::empty_body> serializer(head);
    co_await http::async_write_header(exchange.stream, serializer, asio::use_awaitable);

    const BodyLimits limits{.bytes = static_cast<std::uint64_t>(c.live.options().max_bytes),
                            .idle = c.settings.idle_timeout,
                            .whole = c.settings.upload_timeout};
    json ready = ready_message(*session, c.live.options());
    co_await (tell_events(exchange, *session, std::move(ready)) ||
              take_recording(exchange, *session, limits));
    co_return std::nullopt;
}

}  // namespace

std::vector<Route> live_routes() {
    // A WebSocket tells of its key by itself.
    return {{http::verb::get, "/v1/live", {}, by_websocket},
            {http::verb::post, "/v1/live", Scope::score, by_post}};
}

}  // namespace syncnet::service
