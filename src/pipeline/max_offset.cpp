#include "pipeline/max_offset.h"

#include <charconv>

#include "pipeline/reading.h"

namespace syncnet::pipeline {

std::optional<int> parse_max_offset_ms(std::string_view text) {
    int ms = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, ms);
    if (failed != std::errc() || stopped != end || ms < kLeastMaxOffsetMs || ms > kMostMaxOffsetMs)
        return std::nullopt;
    return ms;
}

std::string max_offsets() {
    return "a whole number of ms from " + std::to_string(kLeastMaxOffsetMs) + " to " +
           std::to_string(kMostMaxOffsetMs);
}

}  // namespace syncnet::pipeline
