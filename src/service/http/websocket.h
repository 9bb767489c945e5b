// A connection that has become a WebSocket: whole messages in, texts out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/http/route.h"

namespace syncnet::service {

enum class CloseReason {
    done,       // 1000
    policy,     // 1008: the client's fault
    failed,     // 1011: ours
    try_again,  // 1013
};

// One read and one write may wait at the same time.
class WebSocket {
  public:
    static constexpr std::size_t kMaxMessageBytes = 4 << 20;

    struct Message {
        bool text = false;
        std::string bytes;
    };

    // Whether the request asks for one.
    static bool is_wanted(const Exchange& exchange);

    // Answers the request; `protocol` (empty: none) is chosen of those that the client offers.
    // Throws boost::system::system_error.
    static asio::awaitable<std::unique_ptr<WebSocket>> accept(Exchange& exchange,
                                                              std::string_view protocol);
    ~WebSocket();

    // Nothing: the client has closed it properly. Throws boost::system::system_error where the
    // connection breaks.
    asio::awaitable<std::optional<Message>> read();
    asio::awaitable<void> write(std::string_view text);  // throws boost::system::system_error
    asio::awaitable<void> close(CloseReason reason);

  private:
    struct Impl;
    explicit WebSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::service
