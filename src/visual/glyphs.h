// The letters that are drawn: 5 x 7 dots each, ASCII only. A font library would need font files,
// which a server seldom has.
#pragma once

#include <array>
#include <cstdint>

namespace syncnet::visual {

inline constexpr int kGlyphWidth = 5, kGlyphHeight = 7;

// Rows from the top; bit 4 is the leftmost dot.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

// Of a printable character; others look like '?'.
const Glyph& glyph(char character);

}  // namespace syncnet::visual
