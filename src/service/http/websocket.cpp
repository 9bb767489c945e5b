#include "service/http/websocket.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

namespace syncnet::service {
namespace websocket = beast::websocket;

// What Beast calls when a WebSocket ends: the connection's own end is Connection's.
template <typename Handler>
void async_teardown(beast::role_type /*role*/, ClientStream& stream, Handler&& handler) {
    boost::system::error_code ignored;
    stream.lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    asio::post(stream.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler),
                                                                boost::system::error_code()));
}

void beast_close_socket(ClientStream& stream) {
    boost::system::error_code ignored;
    stream.lowest().socket().close(ignored);
}

namespace {

constexpr auto kHandshakeTime = std::chrono::seconds(10);

std::uint16_t code_of(CloseReason reason) {
    switch (reason) {
        case CloseReason::done:
            return websocket::close_code::normal;
        case CloseReason::policy:
            return websocket::close_code::policy_error;
        case CloseReason::try_again:
            return websocket::close_code::try_again_later;
        case CloseReason::failed:
            break;
    }
    return websocket::close_code::internal_error;
}

}  // namespace

struct WebSocket::Impl {
    explicit Impl(Exchange& exchange) : stream(exchange.stream) {}

    websocket::stream<ClientStream&, false> stream;
    beast::flat_buffer buffer;
};

WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocket::~WebSocket() = default;

bool WebSocket::is_wanted(const Exchange& exchange) {
    return websocket::is_upgrade(exchange.header.get());
}

asio::awaitable<std::unique_ptr<WebSocket>> WebSocket::accept(Exchange& exchange,
                                                              std::string_view protocol) {
    auto impl = std::make_unique<Impl>(exchange);
    // From here on the WebSocket has time limits of its own: pings are answered, or it is gone.
    exchange.stream.lowest().expires_never();
    impl->stream.set_option(websocket::stream_base::timeout{.handshake_timeout = kHandshakeTime,
                                                            .idle_timeout = 2 * kHandshakeTime,
                                                            .keep_alive_pings = true});
    impl->stream.set_option(
        websocket::stream_base::decorator([&](websocket::response_type& response) {
            set_common_headers(response, exchange);
            if (!protocol.empty())
                response.set(http::field::sec_websocket_protocol,
                             beast::string_view(protocol.data(), protocol.size()));
        }));
    impl->stream.read_message_max(kMaxMessageBytes);
    co_await impl->stream.async_accept(exchange.header.get(), asio::use_awaitable);
    co_return std::unique_ptr<WebSocket>(new WebSocket(std::move(impl)));
}

asio::awaitable<std::optional<WebSocket::Message>> WebSocket::read() {
    boost::system::error_code failed;
    impl_->buffer.clear();
    co_await impl_->stream.async_read(impl_->buffer,
                                      asio::redirect_error(asio::use_awaitable, failed));
    if (failed == websocket::error::closed) co_return std::nullopt;
    if (failed) throw boost::system::system_error(failed);
    co_return Message{.text = impl_->stream.got_text(),
                      .bytes = beast::buffers_to_string(impl_->buffer.data())};
}

asio::awaitable<void> WebSocket::write(std::string_view text) {
    impl_->stream.text(true);
    co_await impl_->stream.async_write(asio::buffer(text), asio::use_awaitable);
}

asio::awaitable<void> WebSocket::close(CloseReason reason) {
    boost::system::error_code ignored;
    co_await impl_->stream.async_close(code_of(reason),
                                       asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace syncnet::service
