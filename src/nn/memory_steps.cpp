#include "nn/memory_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "nn/bf16.h"

namespace syncnet::nn {
namespace {

// Less work than this is done before other threads have woken up.
constexpr std::size_t kRowsPerThread = 64;

template <typename Work>  // work(first row, end)
void share_out(std::size_t rows, const Work& work) {
    const auto blocks = static_cast<std::int64_t>((rows + kRowsPerThread - 1) / kRowsPerThread);
#pragma omp parallel for schedule(static)
    for (std::int64_t block = 0; block < blocks; ++block) {
        const auto first = static_cast<std::size_t>(block) * kRowsPerThread;
        work(first, std::min(rows, first + kRowsPerThread));
    }
}

float as_float(float v) {
    return v;
}
float as_float(Bf16 v) {
    return from_bf16(v);
}

template <typename Value>
void unit_rows(const Value* from, Value* to, std::size_t count, std::size_t channels) {
    constexpr float kFloor = 1e-10F;
    for (std::size_t row = 0; row < count; ++row, from += channels, to += channels) {
        float squares = 0;
        for (std::size_t c = 0; c < channels; ++c) squares += as_float(from[c]) * as_float(from[c]);
        const float scale = 1.0F / (std::sqrt(squares) + kFloor);
        for (std::size_t c = 0; c < channels; ++c) {
            const float v = as_float(from[c]) * scale;
            if constexpr (sizeof(Value) == sizeof(Bf16))
                to[c] = to_bf16(v);
            else
                to[c] = v;
        }
    }
}

}  // namespace

void CopyRows::run(const std::byte* from, std::byte* to) const {
    share_out(rows, [&](std::size_t first, std::size_t end) {
        if (clear) std::memset(to + first * to_stride, 0, (end - first) * to_stride);
        for (std::size_t row = first; row < end; ++row)
            std::memcpy(to + to_offset + row * to_stride, from + row * row_bytes, row_bytes);
    });
}

void StackColumns::run(const std::byte* source, std::byte* to) const {
    const std::size_t pixel = static_cast<std::size_t>(from.c) * value_bytes;
    const std::size_t from_row = static_cast<std::size_t>(from.w) * pixel;
    const std::size_t cell = static_cast<std::size_t>(kernel_w) * pixel;
    const std::size_t to_row = static_cast<std::size_t>(columns) * cell;
    const auto rows = static_cast<std::size_t>(from.n) * static_cast<std::size_t>(from.h);
    share_out(rows, [&](std::size_t first, std::size_t end) {
        for (std::size_t row = first; row < end; ++row) {
            const std::byte* const in = source + row * from_row;
            std::byte* out = to + row * to_row;
            for (int column = 0; column < columns; ++column, out += cell) {
                const int x = column * stride_w - left;
                const int begin = std::clamp(-x, 0, kernel_w);
                const int stop = std::clamp(from.w - x, begin, kernel_w);
                const auto head = static_cast<std::size_t>(begin) * pixel;
                const auto body = static_cast<std::size_t>(stop - begin) * pixel;
                if (head > 0) std::memset(out, 0, head);
                if (body > 0)
                    std::memcpy(out + head, in + static_cast<std::size_t>(x + begin) * pixel, body);
                if (head + body < cell) std::memset(out + head + body, 0, cell - head - body);
            }
        }
    });
}

void SplitRows::run(const std::byte* source, std::byte* target) const {
    const auto* const from = reinterpret_cast<const float*>(source);
    auto* const to = reinterpret_cast<Bf16*>(target);
    share_out(rows, [&](std::size_t first, std::size_t end) {
        for (std::size_t row = first; row < end; ++row) {
            const float* const in = from + row * channels;
            Bf16* const high = to + row * channels * parts();
            Bf16* const again = high + channels;
            if (exact) {
                for (std::size_t c = 0; c < channels; ++c) high[c] = again[c] = to_bf16(in[c]);
                continue;
            }
            Bf16* const low = again + channels;
            for (std::size_t c = 0; c < channels; ++c) {
                const Bf16 h = to_bf16(in[c]);
                high[c] = again[c] = h;
                low[c] = to_bf16(in[c] - from_bf16(h));
            }
        }
    });
}

void UnitRows::run(const std::byte* from, std::byte* to) const {
    share_out(rows, [&](std::size_t first, std::size_t end) {
        const std::size_t at = first * channels;
        if (bf16)
            unit_rows(reinterpret_cast<const Bf16*>(from) + at, reinterpret_cast<Bf16*>(to) + at,
                      end - first, channels);
        else
            unit_rows(reinterpret_cast<const float*>(from) + at, reinterpret_cast<float*>(to) + at,
                      end - first, channels);
    });
}

}  // namespace syncnet::nn
