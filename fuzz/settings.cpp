#include "service/settings.h"

#include <sstream>

#include "base/error.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {

// An .env file, as anybody might write it.
void settings(std::span<const std::byte> input) {
    std::istringstream file{std::string(as_text(input))};
    std::vector<std::string> notes;
    try {
        (void)service::load_settings(
            file, [](const std::string&) { return std::nullopt; }, notes);
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_setting) throw;
    }
}

}  // namespace syncnet::fuzz
