// Signs webhooks as standardwebhooks.com says, so that receivers can use its libraries.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace syncnet::service {

inline constexpr std::size_t kMaxWebhookIdBytes = 128;

class WebhookSecret {
  public:
    // `text` is "whsec_" and base64 of 24 to 64 bytes. Throws invalid_setting.
    static WebhookSecret parse(std::string_view text);

    // The value of the webhook-signature header. `id` is the webhook-id header: letters, digits,
    // '_' and '-'; the same for every attempt. Throws invalid_request for another one.
    std::string sign(std::string_view id, std::chrono::sys_seconds timestamp,
                     std::string_view body) const;

  private:
    std::vector<unsigned char> key_;
};

}  // namespace syncnet::service
