// Which browser pages of other origins may use the service (CORS, the Fetch standard).
//
// Keys travel in headers, never in cookies, so credentials are never allowed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncnet::service {

inline constexpr std::size_t kMaxOrigins = 100;

using Headers = std::vector<std::pair<std::string, std::string>>;

class CorsPolicy {
  public:
    CorsPolicy() = default;  // no origin but our own

    // Origins as browsers send them, comma separated: https://app.example,http://localhost:3000;
    // or "*" alone. Throws invalid_setting, naming the one that is wrong.
    static CorsPolicy parse(std::string_view setting);

    // To set on the answer to a request with this Origin header (empty: it had none).
    Headers for_answer(std::string_view origin) const;
    // The same for OPTIONS with Access-Control-Request-Method.
    Headers for_preflight(std::string_view origin) const;

    // Whether a page of that origin may open a WebSocket, which browsers leave to the service.
    // `host` is the request's own.
    bool may_connect(std::string_view origin, std::string_view host) const;

  private:
    bool allows(std::string_view origin) const;

    bool any_ = false;
    std::vector<std::string> origins_;
};

}  // namespace syncnet::service
