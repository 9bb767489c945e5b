#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "fuzz/targets.h"
#include "service/http/body.h"
#include "service/http/websocket.h"

namespace syncnet::fuzz {
namespace {

using namespace service;
using asio::ip::tcp;

constexpr BodyLimits kLimits{
    .bytes = 1 << 20, .idle = std::chrono::seconds(5), .whole = std::chrono::seconds(5)};

// The service's end of a client that has sent all that it ever will.
tcp::socket served_by(asio::io_context& io, tcp::socket& client, std::span<const std::byte> bytes) {
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    client.connect(acceptor.local_endpoint());
    tcp::socket served = acceptor.accept();
    boost::system::error_code ignored;
    client.non_blocking(true);  // what doesn't fit is never sent
    asio::write(client, asio::buffer(bytes.data(), bytes.size()), ignored);
    client.shutdown(tcp::socket::shutdown_send, ignored);
    return served;
}

asio::awaitable<void> serve(tcp::socket socket) {
    ClientStream stream(std::move(socket), nullptr);
    beast::flat_buffer buffer;
    HeaderParser header;
    header.body_limit(boost::none);
    try {
        stream.lowest().expires_after(kLimits.idle);
        co_await http::async_read_header(stream, buffer, header, asio::use_awaitable);
        bool unread = header.chunked() || header.content_length().value_or(0) > 0;
        Exchange exchange{.stream = stream, .buffer = buffer, .header = header, .unread = unread};
        if (WebSocket::is_wanted(exchange)) {
            const auto socket_of = co_await WebSocket::accept(exchange, {});
            while (co_await socket_of->read()) {
            }
            co_return;
        }
        std::uint64_t taken = 0;
        const auto take = [&](std::span<const char> piece) -> asio::awaitable<void> {
            taken += piece.size();
            co_return;
        };
        co_await read_body(exchange, kLimits, take);
        if (taken > kLimits.bytes || unread) std::abort();
    } catch (const boost::system::system_error&) {
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_request && e.code() != ErrorCode::too_large) throw;
    }
}

}  // namespace

// A request as it comes over the wire: its head, and its body or the frames of a WebSocket.
void connection(std::span<const std::byte> input) {
    asio::io_context io;
    tcp::socket client(io);
    std::exception_ptr failed;
    asio::co_spawn(io, serve(served_by(io, client, input)),
                   [&](std::exception_ptr e) { failed = std::move(e); });
    io.run();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace syncnet::fuzz
