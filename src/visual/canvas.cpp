#include "visual/canvas.h"

#include <algorithm>
#include <cmath>

#include "visual/glyphs.h"

namespace syncnet::visual {
namespace {

constexpr int kAdvance = kGlyphWidth + 1;  // dots from one letter to the next
// A dot's edge. Below a half, so that diagonals, whose dots touch at corners, hold together.
constexpr double kInk = 0.42;

double dot(const Glyph& g, int column, int row) {
    if (column < 0 || column >= kGlyphWidth || row < 0 || row >= kGlyphHeight) return 0;
    return (g[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column)) & 1;
}

// Between the centres of the dots, smoothly: letters become round as they grow.
double ink(const Glyph& g, double x, double y) {
    const double left = std::floor(x - 0.5), top = std::floor(y - 0.5);
    const double right_part = x - 0.5 - left, lower_part = y - 0.5 - top;
    const int c = static_cast<int>(left), r = static_cast<int>(top);
    return std::lerp(std::lerp(dot(g, c, r), dot(g, c + 1, r), right_part),
                     std::lerp(dot(g, c, r + 1), dot(g, c + 1, r + 1), right_part), lower_part);
}

double distance_to_line(Spot p, Spot from, Spot to) {
    const double dx = to.x - from.x, dy = to.y - from.y;
    const double length = dx * dx + dy * dy;
    const double t =
        length == 0 ? 0
                    : std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / length, 0.0, 1.0);
    return std::hypot(p.x - from.x - t * dx, p.y - from.y - t * dy);
}

Rect around(Spot a, Spot b, double margin) {
    const int left = static_cast<int>(std::floor(std::min(a.x, b.x) - margin));
    const int top = static_cast<int>(std::floor(std::min(a.y, b.y) - margin));
    return {left, top, static_cast<int>(std::ceil(std::max(a.x, b.x) + margin)) - left,
            static_cast<int>(std::ceil(std::max(a.y, b.y) + margin)) - top};
}

}  // namespace

Canvas::Canvas(int width, int height)
    : width_(width),
      height_(height),
      pixels_(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

Colour Canvas::at(int x, int y) const {
    const auto i = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                        static_cast<std::size_t>(x));
    return {pixels_[i], pixels_[i + 1], pixels_[i + 2]};
}

media::RgbTarget Canvas::target(const Rect& rect) {
    const int stride = 3 * width_;
    const auto first = static_cast<std::size_t>(rect.y * stride + 3 * rect.x);
    return {.pixels = std::span(pixels_).subspan(first),
            .width = rect.width,
            .height = rect.height,
            .stride = stride};
}

void Canvas::blend(int x, int y, Colour colour, double opacity) {
    const auto i = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                        static_cast<std::size_t>(x));
    const auto mix = [&](std::size_t at, std::uint8_t value) {
        pixels_[at] = static_cast<std::uint8_t>(
            std::lround(std::lerp(static_cast<double>(pixels_[at]), value, opacity)));
    };
    mix(i, colour.red);
    mix(i + 1, colour.green);
    mix(i + 2, colour.blue);
}

template <class Coverage>
void Canvas::shade(const Rect& rect, Colour colour, Coverage coverage) {
    const int right = std::min(rect.x + rect.width, width_);
    const int bottom = std::min(rect.y + rect.height, height_);
    for (int y = std::max(rect.y, 0); y < bottom; ++y)
        for (int x = std::max(rect.x, 0); x < right; ++x) {
            const double part = std::clamp(coverage(Spot{x + 0.5, y + 0.5}), 0.0, 1.0);
            if (part > 0) blend(x, y, colour, part);
        }
}

void Canvas::fill(const Rect& rect, Colour colour, double opacity) {
    shade(rect, colour, [opacity](Spot) { return opacity; });
}

void Canvas::outline(const Rect& r, int thickness, Colour colour) {
    fill({r.x, r.y, r.width, thickness}, colour);
    fill({r.x, r.y + r.height - thickness, r.width, thickness}, colour);
    fill({r.x, r.y + thickness, thickness, r.height - 2 * thickness}, colour);
    fill({r.x + r.width - thickness, r.y + thickness, thickness, r.height - 2 * thickness}, colour);
}

void Canvas::line(Spot from, Spot to, double thickness, Colour colour) {
    const double reach = thickness / 2 + 0.5;
    shade(around(from, to, reach), colour,
          [&](Spot p) { return reach - distance_to_line(p, from, to); });
}

void Canvas::disc(Spot centre, double radius, Colour colour) {
    line(centre, centre, 2 * radius, colour);
}

double Canvas::text(Spot top_left, std::string_view words, double scale, Colour colour) {
    for (const char character : words) {
        const Glyph& g = glyph(character);
        const Spot end{top_left.x + kGlyphWidth * scale, top_left.y + kGlyphHeight * scale};
        shade(around(top_left, end, scale / 2), colour, [&](Spot p) {
            const double value = ink(g, (p.x - top_left.x) / scale, (p.y - top_left.y) / scale);
            return (value - kInk) * scale + kInk;
        });
        top_left.x += kAdvance * scale;
    }
    return top_left.x;
}

double text_width(std::string_view words, double scale) {
    return static_cast<double>(words.size()) * kAdvance * scale;
}

double text_height(double scale) {
    return kGlyphHeight * scale;
}

}  // namespace syncnet::visual
