#include "service/http/cors.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace syncnet::service {
namespace {

constexpr std::size_t kMaxOriginBytes = 512;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool consists_of(std::string_view text, std::string_view marks) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return kLetters.find(c) != std::string_view::npos ||
               kDigits.find(c) != std::string_view::npos || marks.find(c) != std::string_view::npos;
    });
}

// scheme://host[:port] as a browser writes it: one that is written otherwise would never match.
bool is_origin(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (text.size() > kMaxOriginBytes || scheme_end == std::string_view::npos) return false;
    const std::string_view scheme = text.substr(0, scheme_end);
    std::string_view host = text.substr(scheme_end + 3);
    if (!consists_of(scheme, "+.-") || kLetters.find(scheme.front()) == std::string_view::npos)
        return false;

    const auto colon = host.rfind(':');
    if (colon != std::string_view::npos && host.back() != ']') {
        const std::string_view port = host.substr(colon + 1);
        const bool left_out =
            (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
        std::uint16_t number = 0;
        const auto end = port.data() + port.size();
        const auto parsed = std::from_chars(port.data(), end, number);
        if (parsed.ec != std::errc{} || parsed.ptr != end || port.front() == '0' || left_out)
            return false;
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']'))
        return consists_of(host.substr(1, host.size() - 2), ":");
    return consists_of(host, "._-");
}

}  // namespace

CorsPolicy CorsPolicy::parse(std::string_view setting) {
    CorsPolicy policy;
    setting = trimmed(setting);
    if (setting == "*") {
        policy.any_ = true;
        return policy;
    }
    for (const std::string_view origin : separated(setting, ',')) {
        if (!is_origin(origin))
            throw Error(ErrorCode::invalid_setting,
                        "\"" + std::string(origin.substr(0, kMaxOriginBytes)) +
                            "\" is not an origin as browsers send it: scheme://host[:port], in "
                            "lower case, without a path and without the scheme's own port; \"*\" "
                            "stands alone");
        if (policy.origins_.size() == kMaxOrigins)
            throw Error(ErrorCode::invalid_setting,
                        "there are more than " + std::to_string(kMaxOrigins) + " origins");
        policy.origins_.emplace_back(origin);
    }
    return policy;
}

bool CorsPolicy::allows(std::string_view origin) const {
    return !origin.empty() && (any_ || std::ranges::find(origins_, origin) != origins_.end());
}

Headers CorsPolicy::for_answer(std::string_view origin) const {
    Headers headers;
    // A cache must not give one page the answer that another one got.
    if (!origins_.empty()) headers.emplace_back("Vary", "Origin");
    if (!allows(origin)) return headers;
    headers.emplace_back("Access-Control-Allow-Origin", any_ ? "*" : std::string(origin));
    headers.emplace_back("Access-Control-Expose-Headers", "Location, Retry-After, traceparent");
    return headers;
}

Headers CorsPolicy::for_preflight(std::string_view origin) const {
    Headers headers;
    if (!origins_.empty()) headers.emplace_back("Vary", "Origin");
    if (!allows(origin)) return headers;
    headers.emplace_back("Access-Control-Allow-Origin", any_ ? "*" : std::string(origin));
    headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, DELETE");
    headers.emplace_back("Access-Control-Allow-Headers",
                         "Authorization, X-API-Key, Content-Type, Idempotency-Key, traceparent");
    headers.emplace_back("Access-Control-Max-Age", "600");
    return headers;
}

bool CorsPolicy::may_connect(std::string_view origin, std::string_view host) const {
    const auto scheme_end = origin.find("://");
    return origin.empty() || allows(origin) ||
           (scheme_end != std::string_view::npos && origin.substr(scheme_end + 3) == host);
}

}  // namespace syncnet::service
