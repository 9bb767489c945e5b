#include "face/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace syncnet::face {
namespace {

constexpr int kChannels = 3;
constexpr int kOne = 2048;  // weights have 11 bits behind the point

struct Tap {
    int first, second;  // pixels
    int weight_first, weight_second;
};

// Over the edge a column takes the last pixel alone, a row takes it twice with both weights, which
// is not quite the same once the weights are rounded.
enum class Edge { once, twice };

std::vector<Tap> taps(int from, int to, Edge edge) {
    std::vector<Tap> result(static_cast<std::size_t>(to));
    const double scale = static_cast<double>(from) / to;
    for (int i = 0; i < to; ++i) {
        const auto position = static_cast<float>((i + 0.5) * scale - 0.5);
        const int pixel = static_cast<int>(std::floor(position));
        float part = position - static_cast<float>(pixel);
        if (edge == Edge::once && (pixel < 0 || pixel >= from - 1)) part = 0;
        result[static_cast<std::size_t>(i)] = {std::clamp(pixel, 0, from - 1),
                                               std::clamp(pixel + 1, 0, from - 1),
                                               static_cast<int>(std::lrint((1.0F - part) * kOne)),
                                               static_cast<int>(std::lrint(part * kOne))};
    }
    return result;
}

}  // namespace

void resize_bilinear(const ColourView& from, std::span<std::uint8_t> to, int width, int height) {
    const auto columns = taps(from.width, width, Edge::once);
    const auto rows = taps(from.height, height, Edge::twice);
    const auto across = [&](int row, std::vector<int>& line) {
        const std::uint8_t* const in =
            from.pixels + static_cast<std::ptrdiff_t>(row) * from.width * kChannels;
        std::size_t at = 0;
        for (const Tap& t : columns)
            for (int c = 0; c < kChannels; ++c)
                line[at++] = in[t.first * kChannels + c] * t.weight_first +
                             in[t.second * kChannels + c] * t.weight_second;
    };
    const auto size = static_cast<std::size_t>(width) * kChannels;
    // Rows that the next output row needs again are kept.
    std::array<std::vector<int>, 2> lines{std::vector<int>(size), std::vector<int>(size)};
    std::array<int, 2> held{-1, -1};
    auto out = to.begin();
    for (const Tap& t : rows) {
        if (held[0] != t.first && held[1] == t.first) {
            std::swap(lines[0], lines[1]);
            std::swap(held[0], held[1]);
        }
        if (held[0] != t.first) across(held[0] = t.first, lines[0]);
        if (held[1] != t.second) across(held[1] = t.second, lines[1]);
        for (std::size_t i = 0; i < size; ++i)
            *out++ =
                static_cast<std::uint8_t>((((t.weight_first * (lines[0][i] >> 4)) >> 16) +
                                           ((t.weight_second * (lines[1][i] >> 4)) >> 16) + 2) >>
                                          2);
    }
}

}  // namespace syncnet::face
