// What a plan does between oneDNN's primitives: values moved, split and scaled, row by row.
//
// A row is the channels of one pixel. Each step is a plain description with run(from, to); rows are
// shared out to as many threads as ThreadCount says.
#pragma once

#include <cstddef>
#include <variant>

#include "nn/tensor.h"

namespace syncnet::nn {

// Rows of bytes into wider rows: padding of channels, concatenation.
struct CopyRows {
    std::size_t rows = 0, row_bytes = 0, to_stride = 0, to_offset = 0;
    bool clear = false;  // zero what lies between the rows
    void run(const std::byte* from, std::byte* to) const;
};

// The columns under a kernel become channels: [n, h, w, c] -> [n, h, columns, kernel_w * c], zero
// where the kernel hangs over the edge. A layer of few channels leaves most of a tile of AMX empty;
// its columns fill it. Every pixel is copied kernel_w / stride_w times, once for all rows and times
// of the kernel.
struct StackColumns {
    Shape from;
    int columns = 0, kernel_w = 1, stride_w = 1, left = 0;
    std::size_t value_bytes = 2;
    void run(const std::byte* from, std::byte* to) const;
};

// f32 rows -> bf16 rows for Precision::bf16x3: high | high | low or, where `exact` says that low is
// zero, high | high.
struct SplitRows {
    std::size_t rows = 0, channels = 0;
    bool exact = false;
    std::size_t parts() const { return exact ? 2 : 3; }
    void run(const std::byte* from, std::byte* to) const;
};

// Every row divided by its Euclidean length (plus 1e-10, as in S3FD's L2Norm).
struct UnitRows {
    std::size_t rows = 0, channels = 0;
    bool bf16 = false;  // else f32
    void run(const std::byte* from, std::byte* to) const;
};

using MemoryStep = std::variant<CopyRows, StackColumns, SplitRows, UnitRows>;

}  // namespace syncnet::nn
