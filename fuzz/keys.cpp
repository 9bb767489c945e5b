#include "base/error.h"
#include "fuzz/scratch_folder.h"
#include "fuzz/targets.h"
#include "service/auth/api_keys.h"

namespace syncnet::fuzz {

// The operator's file of keys, and a key that a client presents.
void keys(std::span<const std::byte> input) {
    try {
        (void)service::ApiKeys::load(put("keys", input)).find(as_text(input));
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_setting) throw;
    }
}

}  // namespace syncnet::fuzz
