#include "media/orientation.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace syncnet::media {
namespace {

struct PlaneSize {
    int width;
    int height;
};

PlaneSize plane_size(const AVFrame& frame, int plane) {
    if (plane == 0) return {frame.width, frame.height};
    const AVPixFmtDescriptor* format =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
    return {AV_CEIL_RSHIFT(frame.width, format->log2_chroma_w),
            AV_CEIL_RSHIFT(frame.height, format->log2_chroma_h)};
}

// In tiles, because a transposed walk touches another cache line at every pixel.
void turn_plane(const std::uint8_t* origin, std::ptrdiff_t step_x, std::ptrdiff_t step_y,
                std::uint8_t* to, std::ptrdiff_t to_stride, const PlaneSize& size) {
    constexpr int kTile = 32;
    for (int top = 0; top < size.height; top += kTile) {
        const int bottom = std::min(top + kTile, size.height);
        for (int left = 0; left < size.width; left += kTile) {
            const int right = std::min(left + kTile, size.width);
            for (int y = top; y < bottom; ++y) {
                const std::uint8_t* const row = origin + y * step_y;
                std::uint8_t* const out = to + y * to_stride;
                for (int x = left; x < right; ++x) out[x] = row[x * step_x];
            }
        }
    }
}

}  // namespace

int Orientation::degrees_clockwise() const noexcept {
    if (transpose) return mirror_y ? 90 : 270;
    return mirror_y ? 180 : 0;
}

Orientation orientation_from_matrix(std::span<const std::int32_t> matrix) noexcept {
    if (matrix.size() < 9) return {};
    // The coded (p, q) goes to (a p + c q, b p + d q).
    const std::int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) {
        return {.transpose = false, .mirror_x = a < 0, .mirror_y = d < 0};
    }
    return {.transpose = true, .mirror_x = b < 0, .mirror_y = c < 0};
}

void turn(const AVFrame& from, AVFrame& to, const Orientation& orientation) noexcept {
    for (int plane = 0; plane < 3 && to.data[plane] != nullptr; ++plane) {
        const std::ptrdiff_t stride = from.linesize[plane];
        const PlaneSize coded = plane_size(from, plane);
        const std::uint8_t* origin = from.data[plane];
        std::ptrdiff_t along_p = 1;
        std::ptrdiff_t along_q = stride;
        if (orientation.mirror_x) {
            origin += coded.width - 1;
            along_p = -1;
        }
        if (orientation.mirror_y) {
            origin += (coded.height - 1) * stride;
            along_q = -stride;
        }
        if (orientation.transpose) std::swap(along_p, along_q);
        turn_plane(origin, along_p, along_q, to.data[plane], to.linesize[plane],
                   plane_size(to, plane));
    }
}

}  // namespace syncnet::media
