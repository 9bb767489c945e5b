// The addresses that a client may name for a webhook.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace syncnet::service {

inline constexpr std::size_t kMaxWebhookUrlBytes = 2048;

struct WebhookUrl {
    bool tls = true;
    std::string host;  // lower case; a literal IPv6 address without its brackets
    std::uint16_t port = 443;
    std::string target;       // path and query
    std::string host_header;  // as HTTP writes host and port
};

// https, or http for one of `http_hosts` (lower case), without credentials and without a fragment,
// to the scheme's own port or one above 1023: no webhook is sent to a mail server. Says nothing
// about where the host lies; the sender judges that. Throws invalid_request with the reason.
WebhookUrl parse_webhook_url(std::string_view text, std::span<const std::string> http_hosts);

// Host and port of such an address as they are written: two that are equal are one receiver.
std::string receiver_of(std::string_view url);

}  // namespace syncnet::service
