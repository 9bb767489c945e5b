#include "service/worker/protocol.h"

#include <cstdlib>

#include "fuzz/targets.h"

namespace syncnet::fuzz {

// What a worker that has been taken over may send; and what it takes apart itself.
void worker_protocol(std::span<const std::byte> input) {
    using namespace service;
    const std::string_view text = as_text(input);
    const auto judge = [&](auto parse) {
        try {
            const auto first = parse(text);
            // What was understood is understood the same way when it is said again.
            const std::string again =
                to_json(first).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            if (to_json(parse(again)) != nlohmann::json::parse(again)) std::abort();
        } catch (const Error& e) {
            if (e.code() != ErrorCode::worker_failed) throw;
        }
    };
    judge(parse_message);
    judge(parse_job);
    judge(parse_setup);
}

}  // namespace syncnet::fuzz
