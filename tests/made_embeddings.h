// Embeddings that are nobody's, for tests of what is made of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "sync/embeddings.h"

namespace syncnet::sync {

inline constexpr std::size_t kMadeSize = 128;

// Unit vectors that have nothing to do with each other, one a frame.
inline Embeddings random_embeddings(std::int64_t first, std::int64_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    Embeddings e{.first_frame = first, .dimensions = kMadeSize};
    for (std::int64_t i = 0; i < count; ++i) {
        std::vector<float> row(kMadeSize);
        float squares = 0;
        for (float& v : row) {
            v = normal(engine);
            squares += v * v;
        }
        for (const float v : row) e.values.push_back(v / std::sqrt(squares));
    }
    return e;
}

// Row `to` of `target` becomes row `from` of `source`; both exist.
inline void copy_row(const Embeddings& source, std::int64_t from, Embeddings& target,
                     std::int64_t to) {
    const auto row = source.row(from);
    std::copy(
        row.begin(), row.end(),
        target.values.begin() + (to - target.first_frame) * static_cast<std::int64_t>(kMadeSize));
}

}  // namespace syncnet::sync
