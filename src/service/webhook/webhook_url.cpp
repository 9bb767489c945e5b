#include "service/webhook/webhook_url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/error.h"

namespace syncnet::service {
namespace {

constexpr std::uint16_t kFirstFreePort = 1024;
constexpr std::size_t kMaxHostBytes = 253;  // DNS

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::invalid_request, "the webhook's URL " + why);
}

}  // namespace

WebhookUrl parse_webhook_url(std::string_view text, std::span<const std::string> http_hosts) {
    namespace urls = boost::urls;
    if (text.size() > kMaxWebhookUrlBytes)
        refuse("has more than " + std::to_string(kMaxWebhookUrlBytes) + " bytes");
    const auto parsed = urls::parse_uri({text.data(), text.size()});
    if (!parsed) refuse("is not a URL");
    const urls::url_view& url = *parsed;

    WebhookUrl result;
    result.tls = url.scheme_id() == urls::scheme::https;
    if (!result.tls && url.scheme_id() != urls::scheme::http)
        refuse("does not begin with https://");
    if (url.has_userinfo()) refuse("has credentials in it");
    if (url.has_fragment()) refuse("has a fragment");

    result.target = std::string(url.encoded_path());
    // RFC 3986 wants a slash behind the host; Boost 1.81 takes "example:-1" for a host and a path.
    if (!result.target.empty() && result.target.front() != '/') refuse("is not a URL");
    if (result.target.empty()) result.target = "/";
    if (url.has_query()) result.target += "?" + std::string(url.encoded_query());

    std::string written(url.encoded_host());
    std::ranges::transform(written, written.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // A name as DNS has them, or an address; no escapes, no zones, no root dot.
    const bool literal = written.starts_with('[');
    if (written.empty() || written.size() > kMaxHostBytes || written.ends_with('.') ||
        written.find_first_not_of(literal ? "[]:.0123456789abcdef"
                                          : "abcdefghijklmnopqrstuvwxyz0123456789-_.") !=
            std::string::npos)
        refuse("has no usable host");
    result.host = literal ? written.substr(1, written.size() - 2) : written;
    if (!result.tls && std::ranges::find(http_hosts, result.host) == http_hosts.end())
        refuse("does not begin with https://");

    const std::uint16_t usual = result.tls ? 443 : 80;
    result.port = usual;
    if (url.has_port() && !url.port().empty()) {
        result.port = url.port_number();  // 0 where it is no 16-bit number
        if (result.port != usual && result.port < kFirstFreePort)
            refuse("names a port that is neither the scheme's own nor above 1023");
    }
    result.host_header =
        result.port == usual ? written : written + ":" + std::to_string(result.port);
    return result;
}

std::string receiver_of(std::string_view url) {
    constexpr std::string_view kMark = "://";
    const auto mark = url.find(kMark);
    const auto start = mark == std::string_view::npos ? 0 : mark + kMark.size();
    std::string receiver(url.substr(start, url.find_first_of("/?#", start) - start));
    std::ranges::transform(receiver, receiver.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return receiver;
}

}  // namespace syncnet::service
