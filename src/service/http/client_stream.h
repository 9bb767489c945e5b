// One client's connection, with TLS or without: what Beast reads from and writes to.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "service/http/http.h"

namespace syncnet::service {

class ClientStream {
  public:
    using executor_type = beast::tcp_stream::executor_type;

    // `tls` may be null and must outlive the stream.
    ClientStream(asio::ip::tcp::socket socket, asio::ssl::context* tls)
        : plain_(tls == nullptr ? std::optional<beast::tcp_stream>(std::move(socket))
                                : std::nullopt),
          secure_(tls != nullptr ? std::make_unique<Secure>(std::move(socket), *tls) : nullptr) {}

    // Of the connection itself: time limits, the socket.
    beast::tcp_stream& lowest() { return secure_ ? secure_->next_layer() : *plain_; }
    bool is_secure() const { return secure_ != nullptr; }
    executor_type get_executor() { return lowest().get_executor(); }

    // Before anything else is read or written. Throws boost::system::system_error.
    asio::awaitable<void> shake_hands() {
        if (secure_)
            co_await secure_->async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    }

    // Nothing more will be written; the client is told.
    asio::awaitable<void> end_writing() {
        boost::system::error_code ignored;
        if (secure_)
            co_await secure_->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
        lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (secure_) return secure_->async_read_some(buffers, std::forward<Token>(token));
        return plain_->async_read_some(buffers, std::forward<Token>(token));
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (secure_) return secure_->async_write_some(buffers, std::forward<Token>(token));
        return plain_->async_write_some(buffers, std::forward<Token>(token));
    }

  private:
    using Secure = asio::ssl::stream<beast::tcp_stream>;

    std::optional<beast::tcp_stream> plain_;
    std::unique_ptr<Secure> secure_;
};

}  // namespace syncnet::service
