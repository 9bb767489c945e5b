// The few HTTP types that the service's files share.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace syncnet::service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Response = http::response<http::string_body>;

inline Response json_response(http::status status, const nlohmann::json& body,
                              const std::string& type = "application/json") {
    Response response(status, 11);
    response.set(http::field::content_type, type);
    // Names in a form may be any bytes; the answer is valid UTF-8 all the same.
    response.body() = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return response;
}

// RFC 9457, with the legacy API's "error" beside it.
inline nlohmann::json problem_body(const Error& error) {
    const ErrorInfo& info = error.info();
    return {{"type", "about:blank"},
            {"title", info.title},
            {"status", info.http_status},
            {"detail", error.what()},
            {"code", info.name},
            {"hint", info.hint},
            {"error", std::string(info.title) + ": " + error.what()}};
}

inline Response problem(const Error& error) {
    const int status = error.info().http_status;
    Response response = json_response(static_cast<http::status>(status), problem_body(error),
                                      "application/problem+json");
    if (status == 503 || status == 429 || status == 507)
        response.set(http::field::retry_after, "1");
    return response;
}

}  // namespace syncnet::service
