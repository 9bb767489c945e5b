// Delivers webhooks: signed, to the public internet only, one attempt a call.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "service/webhook/webhook_signature.h"
#include "service/webhook/webhook_url.h"

namespace syncnet::service {

// How long to wait after each attempt that failed; after the last one it is given up.
inline constexpr std::array<std::chrono::seconds, 4> kWebhookDelays{
    std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
    std::chrono::hours(2)};

inline constexpr std::uint32_t kMaxWebhookAnswerBytes = 16 << 10;  // its header; no more is read

struct WebhookOptions {
    // Receivers may have addresses that are not public: for intranets and tests. Whoever may name a
    // URL can then reach whatever this machine can.
    bool private_addresses = false;
    std::chrono::seconds timeout{15};  // for a whole attempt, once the name is resolved
    std::filesystem::path ca_file;     // PEM, beside the system's authorities; empty: none
};

struct WebhookMessage {
    std::string id;    // the same at every attempt, so that receivers can drop doubles
    std::string body;  // JSON
};

struct Delivery {
    enum class Outcome { delivered, try_again, give_up };

    Outcome outcome = Outcome::try_again;
    int status = 0;      // HTTP's; 0 if no answer came
    std::string reason;  // for the log; names neither URL nor address
};

// Not thread-safe.
class WebhookSender {
  public:
    explicit WebhookSender(WebhookOptions options);  // throws invalid_setting: ca_file

    // Resolves the host once, judges every address that it has, and connects to these very
    // addresses: a name can't change in between. Follows no redirect. Never throws for what the
    // receiver does; the sender outlives the call. The system's resolver has a time limit of its
    // own.
    boost::asio::awaitable<Delivery> deliver(WebhookUrl url, WebhookMessage message,
                                             WebhookSecret secret);

  private:
    WebhookOptions options_;
    boost::asio::ssl::context tls_;
};

}  // namespace syncnet::service
