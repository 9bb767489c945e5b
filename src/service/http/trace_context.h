// W3C Trace Context, level 1: the `traceparent` header, by which a request is followed from service
// to service. Vendors' `tracestate` is not kept.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace syncnet::service {

struct TraceContext {
    static constexpr std::uint8_t kSampled = 1;

    std::array<unsigned char, 16> trace_id{};
    std::array<unsigned char, 8> span_id{};
    std::uint8_t flags = kSampled;
};

// Nothing where the header is not valid: then a new trace begins.
std::optional<TraceContext> parse_traceparent(std::string_view header);

// A new span of the trace that `parent` (a traceparent header, or empty) names, or else of a new
// trace. Throws internal where there is no randomness.
TraceContext child_of(std::string_view parent);

std::string to_string(const TraceContext& context);    // the header's value
std::string trace_id_of(const TraceContext& context);  // 32 digits, for logs

}  // namespace syncnet::service
