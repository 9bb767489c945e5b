#include "service/webhook/webhook_signature.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/sha256.h"

namespace syncnet::service {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kMinSecretBytes = 24;
constexpr std::size_t kMaxSecretBytes = 64;
constexpr std::string_view kIdCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

}  // namespace

WebhookSecret WebhookSecret::parse(std::string_view text) {
    const auto key = text.starts_with(kPrefix) && text.size() <= 2 * kMaxSecretBytes
                         ? from_base64(text.substr(kPrefix.size()))
                         : std::nullopt;
    if (!key || key->size() < kMinSecretBytes || key->size() > kMaxSecretBytes)
        throw Error(ErrorCode::invalid_setting,
                    "a webhook secret is \"whsec_\" and base64 of 24 to 64 bytes");
    WebhookSecret secret;
    secret.key_ = *key;
    return secret;
}

std::string WebhookSecret::sign(std::string_view id, std::chrono::sys_seconds timestamp,
                                std::string_view body) const {
    // A dot or a line feed would let one message be read as another.
    if (id.empty() || id.size() > kMaxWebhookIdBytes ||
        id.find_first_not_of(kIdCharacters) != std::string_view::npos)
        throw Error(ErrorCode::invalid_request, "a webhook's id has letters, digits, '_' and '-'");
    std::string content(id);
    content += '.';
    content += std::to_string(timestamp.time_since_epoch().count());
    content += '.';
    content += body;
    return "v1," + to_base64(hmac_sha256(key_, content));
}

}  // namespace syncnet::service
