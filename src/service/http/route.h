// What one address of the service does, and what a handler gets to do it with.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/api_keys.h"
#include "service/http/client_stream.h"
#include "service/http/cors.h"
#include "service/http/http.h"
#include "service/http/request_log.h"
#include "service/http/trace_context.h"

namespace syncnet::service {

struct Context;

using HeaderParser = http::request_parser<http::empty_body>;

struct Exchange {
    ClientStream& stream;
    beast::flat_buffer& buffer;
    HeaderParser& header;
    bool& unread;  // something of the request's body is still on the wire

    std::string path_parameter;                // what stands for {id} in the route's path
    std::map<std::string, std::string> query;  // a name that comes twice keeps its first value
    std::string client;                        // the key's name, or the address
    const ApiKey* key = nullptr;
    // For a handler that hears of the key itself: as it is done for a route with a scope. Throws
    // unauthorized, forbidden, too_many_requests, wrong_host.
    std::function<void(Scope, std::string_view presented_key)> admit;
    TraceContext trace;
    Headers answer_headers;  // beside what set_common_headers knows itself

    // For the log; texts that it only points to live here.
    std::string decision, session_id;
    std::optional<bool> cached;
    std::optional<double> worker_ms;
    std::uint64_t bytes_in = 0, bytes_out = 0;

    std::string_view field(http::field name) const { return header.get()[name]; }
    std::string_view field(std::string_view name) const {
        return header.get()[{name.data(), name.size()}];
    }
};

// What every answer has: the trace, and, to browsers, that it is data and nobody's but its
// reader's.
void set_common_headers(http::fields& answer, const Exchange& exchange);

// Nothing: the handler has written the answer itself, and the connection ends with it.
using Answer = asio::awaitable<std::optional<Response>>;

struct Route {
    http::verb method;
    std::string_view path;       // "/v1/jobs/{id}"; one segment may stand for anything
    std::optional<Scope> scope;  // that a key must have; nothing: for everybody
    std::function<Answer(Context&, Exchange&)> handle;
};

struct RouteMatch {
    const Route* route = nullptr;  // null: no such address, or not with this method
    std::string parameter;
    std::string allowed;  // the methods that this address knows, as in an Allow header
};

// `path` without its query. HEAD is answered by the route for GET.
RouteMatch match(std::span<const Route> routes, http::verb method, std::string_view path);

// "a=1&b=x%20y". Throws invalid_request.
std::map<std::string, std::string> parse_query(std::string_view query);

}  // namespace syncnet::service
