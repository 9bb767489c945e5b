#include "service/http/trace_context.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/random.h"

namespace syncnet::service {
namespace {

bool is_zero(Bytes id) {
    return std::ranges::all_of(id, [](unsigned char byte) { return byte == 0; });
}

template <std::size_t N>
std::array<unsigned char, N> new_id() {
    std::array<unsigned char, N> id{};
    while (is_zero(id)) id = random_bytes<N>();  // all zeros means none
    return id;
}

}  // namespace

// version "-" trace-id "-" parent-id "-" flags, lower case; versions to come may add "-" and more.
std::optional<TraceContext> parse_traceparent(std::string_view header) {
    constexpr std::size_t kLength = 55;
    if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
        return std::nullopt;
    std::array<unsigned char, 1> version{}, flags{};
    TraceContext context;
    if (!from_hex(header.substr(0, 2), version) ||
        !from_hex(header.substr(3, 32), context.trace_id) ||
        !from_hex(header.substr(36, 16), context.span_id) || !from_hex(header.substr(53, 2), flags))
        return std::nullopt;
    if (version[0] == 0xff || is_zero(context.trace_id) || is_zero(context.span_id))
        return std::nullopt;
    if (header.size() > kLength && (version[0] == 0 || header[kLength] != '-')) return std::nullopt;
    context.flags = flags[0];
    return context;
}

TraceContext child_of(std::string_view parent) {
    TraceContext child;
    if (const auto known = parse_traceparent(parent)) {
        child.trace_id = known->trace_id;
        // The others have no meaning yet and must not be passed on.
        child.flags = known->flags & TraceContext::kSampled;
    } else {
        child.trace_id = new_id<16>();
    }
    child.span_id = new_id<8>();
    return child;
}

std::string to_string(const TraceContext& context) {
    const std::array<unsigned char, 1> flags{context.flags};
    return "00-" + to_hex(context.trace_id) + "-" + to_hex(context.span_id) + "-" + to_hex(flags);
}

std::string trace_id_of(const TraceContext& context) {
    return to_hex(context.trace_id);
}

}  // namespace syncnet::service
