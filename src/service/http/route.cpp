#include "service/http/route.h"

#include <boost/url/parse_query.hpp>

namespace syncnet::service {
namespace {

// The segment in place of the parameter, which may be empty; nothing if the path is another.
std::optional<std::string> fit(std::string_view pattern, std::string_view path) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos)
        return pattern == path ? std::optional<std::string>("") : std::nullopt;
    const std::string_view before = pattern.substr(0, open);
    const std::string_view after = pattern.substr(pattern.find('}') + 1);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
        !path.ends_with(after))
        return std::nullopt;
    const auto segment = path.substr(before.size(), path.size() - before.size() - after.size());
    if (segment.find('/') != std::string_view::npos) return std::nullopt;
    return std::string(segment);
}

}  // namespace

void set_common_headers(http::fields& answer, const Exchange& exchange) {
    answer.set(http::field::server, "syncnet");
    answer.set("traceparent", to_string(exchange.trace));
    answer.set("X-Content-Type-Options", "nosniff");
    answer.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    answer.set("Referrer-Policy", "no-referrer");
    answer.set("Cross-Origin-Resource-Policy", "same-origin");
    answer.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : exchange.answer_headers) answer.set(name, value);
}

RouteMatch match(std::span<const Route> routes, http::verb method, std::string_view path) {
    RouteMatch result;
    const auto allow = [&](std::string_view name) {
        result.allowed += (result.allowed.empty() ? "" : ", ") + std::string(name);
    };
    for (const Route& route : routes) {
        auto parameter = fit(route.path, path);
        if (!parameter) continue;
        const bool get = route.method == http::verb::get;
        allow(http::to_string(route.method));
        if (get) allow("HEAD");
        if (route.method == method || (get && method == http::verb::head)) {
            result.route = &route;
            result.parameter = std::move(*parameter);
        }
    }
    return result;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
    // Boost 1.81 takes the parameters apart up to the next null byte, not to the end of the view.
    const std::string terminated(query);
    const auto parsed = boost::urls::parse_query(terminated);
    if (!parsed) throw Error(ErrorCode::invalid_request, "the query of the address is malformed");
    std::map<std::string, std::string> values;
    for (const auto parameter : *parsed) {
        boost::urls::encoding_opts as_form;
        as_form.space_as_plus = true;
        values.emplace(parameter.key.decode(as_form), parameter.value.decode(as_form));
    }
    return values;
}

}  // namespace syncnet::service
