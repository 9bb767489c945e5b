#include "service/http/client_stream.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>

namespace syncnet::service {
namespace {

// The handler's own executor, of any kind, can't post (Asio 1.26); the connection's can, and
// everything of a connection runs there.
template <typename Executor, typename Handler>
auto on(const Executor& executor, Handler handler) {
    const auto slot = asio::get_associated_cancellation_slot(handler);
    return asio::bind_cancellation_slot(
        slot,
        asio::bind_executor(executor, [done = std::move(handler)](boost::system::error_code failed,
                                                                  std::size_t bytes) mutable {
            std::move(done)(failed, bytes);
        }));
}

}  // namespace

asio::awaitable<void> ClientStream::shake_hands() {
    if (secure_)
        co_await secure_->async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
}

asio::awaitable<void> ClientStream::end_writing() {
    boost::system::error_code ignored;
    if (secure_)
        co_await secure_->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

void ClientStream::read(const Pieces<asio::mutable_buffer>& pieces, Handler handler) {
    if (secure_)
        secure_->async_read_some(pieces, on(get_executor(), std::move(handler)));
    else
        plain_->async_read_some(pieces, on(get_executor(), std::move(handler)));
}

void ClientStream::write(const Pieces<asio::const_buffer>& pieces, Handler handler) {
    if (secure_)
        secure_->async_write_some(pieces, on(get_executor(), std::move(handler)));
    else
        plain_->async_write_some(pieces, on(get_executor(), std::move(handler)));
}

}  // namespace syncnet::service
