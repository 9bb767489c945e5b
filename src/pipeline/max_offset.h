// How far the offset is searched, as a person writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace syncnet::pipeline {

// Nothing where it is not max_offsets().
std::optional<int> parse_max_offset_ms(std::string_view text);

// What there may be, in words.
std::string max_offsets();

}  // namespace syncnet::pipeline
