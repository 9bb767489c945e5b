// An image to draw on. All that lies outside of it is cut off.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "media/rgb_scaler.h"

namespace syncnet::visual {

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Colour&) const = default;
};

using media::Rect;

struct Spot {
    double x = 0, y = 0;  // of the top left corner of the top left pixel: 0, 0
};

class Canvas {
  public:
    Canvas(int width, int height);  // black

    int width() const { return width_; }
    int height() const { return height_; }
    std::span<const std::uint8_t> rgb() const { return pixels_; }  // packed
    Colour at(int x, int y) const;

    // Where an image of that size goes; must lie inside.
    media::RgbTarget target(const Rect& rect);

    void fill(const Rect& rect, Colour colour, double opacity = 1);
    void outline(const Rect& rect, int thickness, Colour colour);
    void line(Spot from, Spot to, double thickness, Colour colour);
    void disc(Spot centre, double radius, Colour colour);
    // `scale`: pixels a dot of a glyph, from 1 on. Returns where the next letter would begin.
    double text(Spot top_left, std::string_view words, double scale, Colour colour);

  private:
    void blend(int x, int y, Colour colour, double opacity);
    // Of each pixel in `rect` as much as `coverage` of its centre says, 0..1.
    template <class Coverage>
    void shade(const Rect& rect, Colour colour, Coverage coverage);

    int width_, height_;
    std::vector<std::uint8_t> pixels_;
};

double text_width(std::string_view words, double scale);
double text_height(double scale);

}  // namespace syncnet::visual
