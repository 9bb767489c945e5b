// What a face detector finds, in pixels of the image: x to the right, y down.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "media/image.h"

namespace syncnet::face {

struct Point {
    float x = 0, y = 0;
};

struct Box {
    float left = 0, top = 0, right = 0, bottom = 0;

    float width() const { return right - left; }
    float height() const { return bottom - top; }
    float area() const { return std::max(0.0F, width()) * std::max(0.0F, height()); }
};

inline float intersection_over_union(const Box& a, const Box& b) {
    const Box both{std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
                   std::min(a.bottom, b.bottom)};
    if (both.width() <= 0 || both.height() <= 0) return 0;
    return both.area() / (a.area() + b.area() - both.area());
}

struct Detection {
    Box box;  // brow to chin
    // Left and right are the person's own.
    Point right_eye, left_eye, nose, mouth;
    float score = 0;  // 0..1
};

class Detector {
  public:
    virtual ~Detector() = default;
    // Best first. Not thread-safe: one detector per thread.
    virtual std::vector<Detection> detect(const media::Image& image) = 0;
    // The same faces a moment later, looked for only where they were, and in their order. Nothing
    // where one of them is lost, or where this detector saves nothing by it.
    virtual std::optional<std::vector<Detection>> follow(const media::Image& /*image*/,
                                                         std::span<const Detection> /*before*/) {
        return std::nullopt;
    }
};

}  // namespace syncnet::face
