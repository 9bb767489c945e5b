// Embeddings of consecutive video frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace syncnet::sync {

// Row k belongs to frame first_frame + k (25 fps, from the start of the clip).
struct Embeddings {
    std::int64_t first_frame = 0;
    std::size_t dimensions = 0;  // of a row
    std::vector<float> values;
    // How far each row is to be relied on, 0..1, where the model says it; else empty: all are.
    std::vector<float> reliability;

    std::int64_t count() const {
        return dimensions == 0 ? 0 : static_cast<std::int64_t>(values.size() / dimensions);
    }
    std::int64_t end_frame() const { return first_frame + count(); }
    std::span<const float> row(std::int64_t frame) const {
        return std::span(values).subspan(static_cast<std::size_t>(frame - first_frame) * dimensions,
                                         dimensions);
    }
    float weight(std::int64_t frame) const {
        return reliability.empty() ? 1.0F
                                   : reliability[static_cast<std::size_t>(frame - first_frame)];
    }
};

}  // namespace syncnet::sync
