// Shapes and dense float tensors. Activations are NHWC everywhere: channels lie together, so that
// convolutions run without reordering and time (as W, with H = 1) can be read off as rows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace syncnet::nn {

struct Shape {
    int n = 1, h = 1, w = 1, c = 1;

    std::size_t size() const {
        return static_cast<std::size_t>(n) * static_cast<std::size_t>(h) *
               static_cast<std::size_t>(w) * static_cast<std::size_t>(c);
    }
    bool operator==(const Shape&) const = default;
};

inline std::string to_string(const Shape& s) {
    return "[" + std::to_string(s.n) + ", " + std::to_string(s.h) + ", " + std::to_string(s.w) +
           ", " + std::to_string(s.c) + "]";
}

// A weight: dims in the order of the file format that the loader documents (OIHW for kernels).
struct Tensor {
    std::vector<int> dims;
    std::vector<float> values;
};

}  // namespace syncnet::nn
