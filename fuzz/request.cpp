// The small texts of a request: its JSON body and what its head carries.
#include <boost/asio/ip/address.hpp>

#include "base/error.h"
#include "fuzz/targets.h"
#include "service/auth/api_keys.h"
#include "service/http/cors.h"
#include "service/http/route.h"
#include "service/http/trace_context.h"
#include "service/http/video_request.h"
#include "service/webhook/webhook_url.h"

namespace syncnet::fuzz {

void request(std::span<const std::byte> input) {
    using namespace service;
    const std::string_view text = as_text(input);
    const auto judge = [](ErrorCode wanted, const auto& work) {
        try {
            work();
        } catch (const Error& e) {
            if (e.code() != wanted) throw;
        }
    };
    judge(ErrorCode::invalid_request, [&] { (void)parse_fields(text); });
    judge(ErrorCode::invalid_request, [&] { (void)parse_query(text); });
    judge(ErrorCode::invalid_request, [&] { (void)parse_webhook_url(text, {}); });
    judge(ErrorCode::invalid_setting, [&] { (void)CorsPolicy::parse(text); });
    (void)parse_traceparent(text);
    (void)presented_key(text, text);
}

}  // namespace syncnet::fuzz
