#include "nn/memory_steps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

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

// Row kernels are compiled twice: the product is built for every x86-64, and half of the time of a
// bf16x3 layer would go into splitting with the oldest instructions.
#define SYNCNET_WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

bool wide() {
    return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("avx512dq") != 0;
}

[[gnu::always_inline]] inline void split_row(const float* in, Bf16* high, Bf16* again, Bf16* low,
                                             std::size_t channels) {
    for (std::size_t c = 0; c < channels; ++c) {
        const Bf16 h = to_bf16(in[c]);
        high[c] = h;
        again[c] = h;
        low[c] = to_bf16(in[c] - from_bf16(h));
    }
}

[[gnu::always_inline]] inline void split_rows(const SplitRows& s, const float* in, Bf16* out,
                                              std::size_t count) {
    const std::size_t n = s.channels;
    if (s.exact && n == 3) {  // pixels: worth a loop of its own
        for (std::size_t row = 0; row < count; ++row, in += 3, out += 6)
            for (std::size_t c = 0; c < 3; ++c) out[c] = out[3 + c] = to_bf16(in[c]);
    } else if (s.exact) {
        for (std::size_t row = 0; row < count; ++row, in += n, out += 2 * n)
            for (std::size_t c = 0; c < n; ++c) out[c] = out[n + c] = to_bf16(in[c]);
    } else {
        for (std::size_t row = 0; row < count; ++row, in += n, out += 3 * n)
            split_row(in, out, out + n, out + 2 * n, n);
    }
}

void split_plain(const SplitRows& s, const float* in, Bf16* out, std::size_t count) {
    split_rows(s, in, out, count);
}
SYNCNET_WIDE void split_wide(const SplitRows& s, const float* in, Bf16* out, std::size_t count) {
    split_rows(s, in, out, count);
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
    constexpr std::size_t kLanes = 16;  // sums side by side can be vectorised, one alone can't
    for (std::size_t row = 0; row < count; ++row, from += channels, to += channels) {
        std::array<float, kLanes> squares{};
        for (std::size_t c = 0; c < channels; ++c) {
            const float v = as_float(from[c]);
            squares[c % kLanes] += v * v;
        }
        const float scale =
            1.0F / (std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0F)) + kFloor);
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
    const auto at_edge = [&](const std::byte* in, int x, std::byte* out) {
        const int begin = std::clamp(-x, 0, kernel_w);
        const int stop = std::clamp(from.w - x, begin, kernel_w);
        const auto head = static_cast<std::size_t>(begin) * pixel;
        const auto body = static_cast<std::size_t>(stop - begin) * pixel;
        std::memset(out, 0, cell);
        if (body > 0)
            std::memcpy(out + head, in + static_cast<std::size_t>(x + begin) * pixel, body);
    };
    // A copy of a constant length is a few instructions. What it writes too much is the next cell,
    // which comes next; what it reads too much lies in the same row.
    constexpr std::size_t kBlock = 64;
    share_out(rows, [&](std::size_t first, std::size_t end) {
        for (std::size_t row = first; row < end; ++row) {
            const std::byte* const in = source + row * from_row;
            std::byte* const out = to + row * to_row;
            for (int column = 0; column < columns; ++column) {
                const int x = column * stride_w - left;
                const std::size_t target = static_cast<std::size_t>(column) * cell;
                if (x < 0 || x + kernel_w > from.w) {
                    at_edge(in, x, out + target);
                    continue;
                }
                const std::size_t start = static_cast<std::size_t>(x) * pixel;
                const bool roomy =
                    start + cell + kBlock <= from_row && target + cell + kBlock <= to_row;
                if (!roomy) {
                    std::memcpy(out + target, in + start, cell);
                    continue;
                }
                for (std::size_t done = 0; done < cell; done += kBlock)
                    std::memcpy(out + target + done, in + start + done, kBlock);
            }
        }
    });
}

void SplitRows::run(const std::byte* source, std::byte* target) const {
    const auto* const from = reinterpret_cast<const float*>(source);
    auto* const to = reinterpret_cast<Bf16*>(target);
    const auto split = wide() ? split_wide : split_plain;
    share_out(rows, [&](std::size_t first, std::size_t end) {
        split(*this, from + first * channels, to + first * channels * parts(), end - first);
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
