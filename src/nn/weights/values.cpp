#include "nn/weights/values.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/error.h"

namespace syncnet::nn {

std::string common_module(std::span<const std::string> names) {
    if (names.empty()) return {};
    std::string prefix;
    for (;;) {
        const auto dot = names.front().find('.', prefix.size());
        if (dot == std::string::npos) return prefix;
        const std::string longer = names.front().substr(0, dot + 1);
        // A layer's own name is not a prefix: "0." of "0.weight" and "0.bias" stays.
        const bool all = std::ranges::all_of(names, [&](const std::string& n) {
            return n.starts_with(longer) && n.find('.', longer.size()) != std::string::npos;
        });
        if (!all) return prefix;
        prefix = longer;
    }
}

void require_finite(std::span<const float> values, const std::string& name) {
    // All exponent bits set: NaN or infinite. Without a way out of the loop it is vectorised.
    constexpr std::uint32_t kExponent = 0x7F800000;
    std::uint32_t odd = 0;
    for (const float v : values)
        odd |=
            static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(v) & kExponent) == kExponent);
    if (odd != 0) throw Error(ErrorCode::bad_model, name + " holds a value that is not finite");
}

}  // namespace syncnet::nn
