// Takes the body of a request off its connection, piece by piece.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>

#include "service/http/route.h"

namespace syncnet::service {

struct BodyLimits {
    std::uint64_t bytes = 0;
    std::chrono::seconds idle{30};    // for the next piece
    std::chrono::seconds whole{300};  // for all of it
};

Error body_too_large(std::uint64_t limit, const std::string& what = "the body");

// Hands it to `take`, whatever its length and transfer encoding, and waits for what that returns.
// The exchange's `unread` becomes false once nothing of it is left on the wire. Throws too_large,
// invalid_request (malformed), boost::system::system_error where the connection breaks.
asio::awaitable<void> read_body(Exchange& exchange, BodyLimits limits,
                                std::function<asio::awaitable<void>(std::span<const char>)> take);

}  // namespace syncnet::service
