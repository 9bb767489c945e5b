#include "service/http/body.h"

#include <algorithm>
#include <array>

namespace syncnet::service {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

}  // namespace

Error body_too_large(std::uint64_t limit, const std::string& what) {
    return {ErrorCode::too_large, what + " may have at most " + std::to_string(limit) + " bytes"};
}

asio::awaitable<void> read_body(Exchange& exchange, BodyLimits limits,
                                std::function<asio::awaitable<void>(std::span<const char>)> take) {
    ClientStream& stream = exchange.stream;
    http::request_parser<http::buffer_body> parser(std::move(exchange.header));
    // What is moved away is put back for whoever still asks for a header.
    exchange.header.get().base() = parser.get().base();
    parser.body_limit(limits.bytes);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        co_await http::async_write(stream, go_on, asio::use_awaitable);
    }
    const auto end = std::chrono::steady_clock::now() + limits.whole;
    std::array<char, kChunkBytes> chunk;
    while (!parser.is_done()) {
        parser.get().body().data = chunk.data();
        parser.get().body().size = chunk.size();
        stream.lowest().expires_at(std::min(end, std::chrono::steady_clock::now() + limits.idle));
        boost::system::error_code failed;
        co_await http::async_read_some(stream, exchange.buffer, parser,
                                       asio::redirect_error(asio::use_awaitable, failed));
        if (failed == http::error::body_limit) throw body_too_large(limits.bytes);
        // What is wrong with the bytes is answered; a connection that broke is not.
        if (failed && failed != http::error::need_buffer &&
            failed != http::error::partial_message &&
            failed.category() == make_error_code(http::error::bad_chunk).category())
            throw Error(ErrorCode::invalid_request, "the body is malformed: " + failed.message());
        if (failed && failed != http::error::need_buffer) throw boost::system::system_error(failed);
        exchange.unread = !parser.is_done();
        const auto piece = std::span(chunk.data(), chunk.size() - parser.get().body().size);
        exchange.bytes_in += piece.size();
        co_await take(piece);
    }
}

}  // namespace syncnet::service
