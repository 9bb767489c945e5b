#include "nn/reference_executor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace syncnet::nn {
namespace {

using Values = std::vector<float>;

std::size_t at(const Shape& s, int n, int y, int x, int c) {
    return ((static_cast<std::size_t>(n) * static_cast<std::size_t>(s.h) +
             static_cast<std::size_t>(y)) *
                static_cast<std::size_t>(s.w) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(s.c) +
           static_cast<std::size_t>(c);
}

template <typename Visit>  // visit(n, y, x, c) for every value
void for_each(const Shape& s, const Visit& visit) {
    for (int n = 0; n < s.n; ++n)
        for (int y = 0; y < s.h; ++y)
            for (int x = 0; x < s.w; ++x)
                for (int c = 0; c < s.c; ++c) visit(n, y, x, c);
}

template <typename Visit>  // visit(row, column, kernel row, kernel column) inside the image
void for_window(const Node& node, const Shape& in, int y, int x, const Visit& visit) {
    for (int ky = 0; ky < node.kernel_h; ++ky) {
        const ConvParams& steps = node.params;
        const int row = y * steps.stride_h + ky * steps.dilation - steps.padding.top;
        if (row < 0 || row >= in.h) continue;
        for (int kx = 0; kx < node.kernel_w; ++kx) {
            const int column = x * steps.stride_w + kx * steps.dilation - steps.padding.left;
            if (column >= 0 && column < in.w) visit(row, column, ky, kx);
        }
    }
}

void conv(const Node& node, const Shape& from, const Values& in, Values& out) {
    const int group_in = from.c / node.params.groups;
    const int group_out = node.shape.c / node.params.groups;
    const Shape kernel{node.shape.c, group_in * node.kernel_t, node.kernel_h, node.kernel_w};
    for_each(node.shape, [&](int n, int y, int x, int o) {
        float sum = node.bias.values[static_cast<std::size_t>(o)];
        const int first = o / group_out * group_in;
        for_window(node, from, y, x, [&](int row, int column, int ky, int kx) {
            for (int i = 0; i < group_in; ++i)
                for (int t = 0; t < node.kernel_t; ++t)
                    sum += in[at(from, n + t, row, column, first + i)] *
                           node.kernel.values[at(kernel, o, i * node.kernel_t + t, ky, kx)];
        });
        out[at(node.shape, n, y, x, o)] = sum;
    });
}

void l2_normalize(const Shape& shape, const Values& in, Values& out) {
    const auto channels = static_cast<std::size_t>(shape.c);
    for (std::size_t i = 0; i < in.size(); i += channels) {
        double squares = 0;
        for (std::size_t c = 0; c < channels; ++c) squares += std::pow(in[i + c], 2);
        const double length = std::sqrt(squares) + 1e-10;
        for (std::size_t c = 0; c < channels; ++c)
            out[i + c] = static_cast<float>(in[i + c] / length);
    }
}

void max_pool(const Node& node, const Shape& from, const Values& in, Values& out) {
    for_each(node.shape, [&](int n, int y, int x, int c) {
        float best = std::numeric_limits<float>::lowest();
        for_window(node, from, y, x, [&](int row, int column, int, int) {
            best = std::max(best, in[at(from, n, row, column, c)]);
        });
        out[at(node.shape, n, y, x, c)] = best;
    });
}

void resize_bilinear(const Node& node, const Shape& from, const Values& in, Values& out) {
    const auto source = [](int i, int size, int target) {
        const float position =
            (static_cast<float>(i) + 0.5F) * static_cast<float>(size) / static_cast<float>(target) -
            0.5F;
        return std::clamp(position, 0.0F, static_cast<float>(size - 1));
    };
    for_each(node.shape, [&](int n, int y, int x, int c) {
        const float row = source(y, from.h, node.shape.h);
        const float column = source(x, from.w, node.shape.w);
        const int top = static_cast<int>(row);
        const int left = static_cast<int>(column);
        const int bottom = std::min(top + 1, from.h - 1);
        const int right = std::min(left + 1, from.w - 1);
        const float above = std::lerp(in[at(from, n, top, left, c)], in[at(from, n, top, right, c)],
                                      column - static_cast<float>(left));
        const float below =
            std::lerp(in[at(from, n, bottom, left, c)], in[at(from, n, bottom, right, c)],
                      column - static_cast<float>(left));
        out[at(node.shape, n, y, x, c)] = std::lerp(above, below, row - static_cast<float>(top));
    });
}

}  // namespace

std::vector<Values> reference_run(const Graph& graph, std::span<const float> input) {
    std::vector<Values> values;
    for (const Node& node : graph.nodes()) {
        Values out(node.shape.size());
        const auto in = [&](std::size_t i) -> const Values& {
            return values[static_cast<std::size_t>(node.inputs[i])];
        };
        const auto from = [&](std::size_t i) { return graph.node(node.inputs[i]).shape; };
        switch (node.op) {
            case Op::input:
                out.assign(input.begin(), input.end());
                break;
            case Op::conv:
                conv(node, from(0), in(0), out);
                break;
            case Op::relu:
                std::ranges::transform(in(0), out.begin(),
                                       [](float v) { return std::max(v, 0.0F); });
                break;
            case Op::add:
                std::ranges::transform(in(0), in(1), out.begin(), std::plus{});
                break;
            case Op::max_pool:
                max_pool(node, from(0), in(0), out);
                break;
            case Op::l2_normalize:
                l2_normalize(node.shape, in(0), out);
                break;
            case Op::pad_channels:
                for_each(from(0), [&](int n, int y, int x, int c) {
                    out[at(node.shape, n, y, x, c)] = in(0)[at(from(0), n, y, x, c)];
                });
                break;
            case Op::resize_bilinear:
                resize_bilinear(node, from(0), in(0), out);
                break;
            case Op::reshape:
                out = in(0);
                break;
            case Op::concat_width: {
                auto end = out.begin();
                for (std::size_t i = 0; i < node.inputs.size(); ++i)
                    end = std::ranges::copy(in(i), end).out;
                break;
            }
        }
        if (node.relu)
            for (float& v : out) v = std::max(v, 0.0F);
        values.push_back(std::move(out));
    }
    return values;
}

}  // namespace syncnet::nn
