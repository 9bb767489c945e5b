#include "service/handlers/handlers.h"

namespace syncnet::service {
namespace {

// The page's own files alone, its camera's pictures, and this service.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";
// Their names change with their contents.
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";

Response show(const Context& c, Exchange& exchange, const std::string& name, bool lasting) {
    const PageFile* const file = c.page.find(name);
    if (file == nullptr)
        throw Error(ErrorCode::not_found,
                    c.page.empty() ? "this service shows no page" : "the page has no such file");
    Response response(http::status::ok, 11);
    response.set(http::field::content_type, file->type);
    response.set(http::field::vary, "Accept-Encoding");
    const bool gzip =
        !file->gzipped.empty() &&
        exchange.field(http::field::accept_encoding).find("gzip") != std::string_view::npos;
    if (gzip) response.set(http::field::content_encoding, "gzip");
    response.body() = gzip ? file->gzipped : file->bytes;
    exchange.answer_headers.emplace_back("Content-Security-Policy", kPolicy);
    exchange.answer_headers.emplace_back("Cache-Control", lasting ? kForEver : "no-cache");
    if (!lasting)
        exchange.answer_headers.emplace_back("Permissions-Policy",
                                             "camera=(self), microphone=(self)");
    return response;
}

}  // namespace

std::vector<Route> page_routes() {
    using enum http::verb;
    return {{get,
             "/",
             {},
             [](Context& c, Exchange& exchange) -> Answer {
                 co_return show(c, exchange, "index.html", false);
             }},
            {get,
             "/assets/{name}",
             {},
             [](Context& c, Exchange& exchange) -> Answer {
                 const std::string name = "assets/" + exchange.path_parameter;
                 co_return show(c, exchange, name, true);
             }},
            {get, "/samples/{name}", {}, [](Context& c, Exchange& exchange) -> Answer {
                 const std::string name = "samples/" + exchange.path_parameter;
                 co_return show(c, exchange, name, false);
             }}};
}

}  // namespace syncnet::service
