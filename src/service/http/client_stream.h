// One client's connection, with TLS or without: what Beast reads from and writes to.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/container/static_vector.hpp>
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
    asio::awaitable<void> shake_hands();

    // Nothing more will be written; the client is told.
    asio::awaitable<void> end_writing();

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, Signature>(
            [this](Handler handler, const Pieces<asio::mutable_buffer>& pieces) {
                read(pieces, std::move(handler));
            },
            token, first<asio::mutable_buffer>(buffers));
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, Signature>(
            [this](Handler handler, const Pieces<asio::const_buffer>& pieces) {
                write(pieces, std::move(handler));
            },
            token, first<asio::const_buffer>(buffers));
    }

  private:
    using Secure = asio::ssl::stream<beast::tcp_stream>;
    using Signature = void(boost::system::error_code, std::size_t);
    // Of one type, so that what lies below is compiled once, and not for each thing that is read or
    // written.
    using Handler = asio::any_completion_handler<Signature>;

    // As many buffers as go into one system call; some may be read and written at a time.
    static constexpr std::size_t kMostPieces = 16;
    template <typename Buffer>
    using Pieces = boost::container::static_vector<Buffer, kMostPieces>;

    template <typename Buffer, typename Buffers>
    static Pieces<Buffer> first(const Buffers& buffers) {
        Pieces<Buffer> pieces;
        const auto end = asio::buffer_sequence_end(buffers);
        for (auto i = asio::buffer_sequence_begin(buffers); i != end && pieces.size() < kMostPieces;
             ++i)
            if (const Buffer piece(*i); piece.size() > 0) pieces.push_back(piece);
        return pieces;
    }

    void read(const Pieces<asio::mutable_buffer>& pieces, Handler handler);
    void write(const Pieces<asio::const_buffer>& pieces, Handler handler);

    std::optional<beast::tcp_stream> plain_;
    std::unique_ptr<Secure> secure_;
};

}  // namespace syncnet::service
