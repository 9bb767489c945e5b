// Which known word somebody meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace syncnet {

// The one of `known` with the fewest letters to change, add or leave out; nothing where even that
// one is another word.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

}  // namespace syncnet
