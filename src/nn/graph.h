// A network as a list of layers in the order of execution: what to compute, not how.
//
// Built once by a loader (TFLite) or by a model's own code, then run by `Plan` (oneDNN) or by
// `reference_run` (plain loops, for tests). Values are NHWC; a node's value has the node's index.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/tensor.h"

namespace syncnet::nn {

using NodeId = int;

enum class Op {
    input,
    conv,
    relu,
    add,
    max_pool,
    pad_channels,
    resize_bilinear,
    reshape,
    concat_width,
    l2_normalize
};

struct Padding {
    int top = 0, left = 0, bottom = 0, right = 0;
    bool operator==(const Padding&) const = default;
};

// How a convolution's kernel walks over its input.
struct ConvParams {
    int stride_h = 1, stride_w = 1;
    Padding padding;
    int groups = 1;
    int dilation = 1;  // of rows and columns
};

struct Node {
    Op op = Op::input;
    std::string name;
    std::vector<NodeId> inputs;  // of a conv with fuse_add: what it reads, and what it adds to
    Shape shape;                 // of the value

    // conv, max_pool
    int kernel_h = 1, kernel_w = 1;
    ConvParams params;
    // conv: kernel [O, I/groups, H, W], or [O, I/groups, T, H, W]: then n is time, and value k of
    // the output has seen the images k .. k + kernel_t - 1; bias [O]
    int kernel_t = 1;
    Tensor kernel, bias;
    bool relu = false;  // conv and add: clamped at zero on the way out
};

// TensorFlow's SAME: the output has ceil(in / stride) rows, an odd row of padding goes below.
Padding same_padding(const Shape& in, int kernel_h, int kernel_w, int stride_h, int stride_w);

class Graph {
  public:
    NodeId input(const Shape& shape);
    // Throws bad_model where shapes do not fit together.
    NodeId conv(NodeId in, Tensor kernel, Tensor bias, const ConvParams& params, std::string name);
    NodeId relu(NodeId in);
    NodeId add(NodeId a, NodeId b);
    NodeId max_pool(NodeId in, int kernel_h, int kernel_w, int stride_h, int stride_w,
                    Padding padding);
    NodeId l2_normalize(NodeId in);  // every pixel's channels, divided by their Euclidean length
    NodeId pad_channels(NodeId in, int channels);     // with zeros behind
    NodeId resize_bilinear(NodeId in, int h, int w);  // half-pixel centres
    NodeId reshape(NodeId in, const Shape& shape);    // the same values in the same order
    NodeId concat_width(const std::vector<NodeId>& in);
    void output(std::string name, NodeId node);

    // Lets a convolution or addition whose only reader is a relu do its work: one pass over memory
    // less. Ids of nodes change; outputs are renamed along.
    void fuse_relu();

    // Lets a convolution whose only reader is an addition add the other value to its own, in that
    // one's memory, where nobody reads it any more: another pass less. To be called after
    // fuse_relu; the rest as there.
    void fuse_add();

    // Takes a layer's weights out, once an executor has laid them out in its own way. Their shapes
    // stay.
    std::pair<Tensor, Tensor> take_weights(NodeId id);

    // The same layers over an input of another size, without weights. Throws bad_model where a
    // layer is made for one size (reshape, resize_bilinear, concat_width).
    Graph resized(const Shape& input) const;

    const std::vector<Node>& nodes() const { return nodes_; }
    const Node& node(NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
    const std::vector<std::pair<std::string, NodeId>>& outputs() const { return outputs_; }
    NodeId output_node(std::string_view name) const;  // throws bad_model

  private:
    NodeId append(Node node);
    // Of each node, in their order; an output's is the end.
    std::vector<std::vector<NodeId>> readers() const;
    void keep(std::vector<Node> kept, std::span<const NodeId> moved);

    std::vector<Node> nodes_;
    std::vector<std::pair<std::string, NodeId>> outputs_;
};

}  // namespace syncnet::nn
