// One client: reads its requests, asks who may, has them handled, writes the answers and the log.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <span>

#include "service/context.h"
#include "service/http/client_stream.h"
#include "service/http/route.h"

namespace syncnet::service {

inline constexpr std::uint32_t kMaxHeaderBytes = 16 << 10;

class Connection {
  public:
    // Context and routes are kept by reference; `tls` may be null.
    Connection(Context& context, std::span<const Route> routes, asio::ip::tcp::socket socket,
               asio::ssl::context* tls);

    // Until the client goes, is too slow, or the service stops.
    asio::awaitable<void> serve();

    bool idle() const { return idle_; }  // between requests
    void cut_off() { stream_.lowest().cancel(); }

  private:
    asio::awaitable<bool> serve_one();
    asio::awaitable<boost::system::error_code> read_header(HeaderParser& header);
    asio::awaitable<std::optional<Response>> answer(Exchange& exchange, std::string_view path);
    void admit(Exchange& exchange, Scope scope, std::string_view presented);
    void require_known_name(std::string_view host) const;
    void count_for(const ApiKey& key);
    asio::awaitable<void> discard_rest();

    Context& context_;
    std::span<const Route> routes_;
    std::string address_;
    std::string client_;             // as limits count it
    Shares::Share keys_connection_;  // this one, as the last key's
    ClientStream stream_;
    beast::flat_buffer buffer_{kMaxHeaderBytes + (64U << 10U)};
    std::string_view route_name_;
    bool idle_ = true;
    bool unread_ = false;  // something of the request's body is still on the wire
};

}  // namespace syncnet::service
