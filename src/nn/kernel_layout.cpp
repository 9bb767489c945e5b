#include "nn/kernel_layout.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "nn/bf16.h"

namespace syncnet::nn {
namespace {

std::size_t product(auto first, auto end) {
    return std::accumulate(first, end, std::size_t{1},
                           [](std::size_t a, int b) { return a * static_cast<std::size_t>(b); });
}

}  // namespace

Tensor split_kernel(const Tensor& kernel, std::size_t parts) {
    Tensor split{kernel.dims, {}};
    split.dims[1] *= static_cast<int>(parts);
    const auto outputs = static_cast<std::size_t>(kernel.dims[0]);
    const std::size_t size = kernel.values.size() / outputs;  // of one output's kernel
    split.values.resize(kernel.values.size() * parts);
    for (std::size_t o = 0; o < outputs; ++o) {
        const float* const in = kernel.values.data() + o * size;
        float* const out = split.values.data() + o * size * parts;
        for (std::size_t i = 0; i < size; ++i) {
            const float high = from_bf16(to_bf16(in[i]));
            out[i] = high;
            out[size + i] = from_bf16(to_bf16(in[i] - high));
            if (parts == 3) out[2 * size + i] = high;
        }
    }
    return split;
}

Tensor stack_kernel(const Tensor& kernel) {
    Tensor stacked{kernel.dims, {}};
    const auto outputs = static_cast<std::size_t>(kernel.dims[0]);
    const auto inputs = static_cast<std::size_t>(kernel.dims[1]);
    const auto columns = static_cast<std::size_t>(kernel.dims.back());
    const std::size_t rows = product(kernel.dims.begin() + 2, kernel.dims.end() - 1);  // and times
    stacked.dims[1] *= kernel.dims.back();
    stacked.dims.back() = 1;
    stacked.values.resize(kernel.values.size());
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t x = 0; x < columns; ++x)
                    stacked.values[((o * columns + x) * inputs + i) * rows + r] =
                        kernel.values[((o * inputs + i) * rows + r) * columns + x];
    return stacked;
}

}  // namespace syncnet::nn
