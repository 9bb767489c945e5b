#include "nn/graph.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace syncnet::nn {
namespace {

void require(bool fits, const std::string& what) {
    if (!fits) throw Error(ErrorCode::bad_model, "layers do not fit together: " + what);
}

int windows(int in, int kernel, int stride, int padding) {
    return (in + padding - kernel) / stride + 1;
}

}  // namespace

Padding same_padding(const Shape& in, int kernel_h, int kernel_w, int stride_h, int stride_w) {
    const auto total = [](int size, int kernel, int stride) {
        const int out = (size + stride - 1) / stride;
        return std::max(0, (out - 1) * stride + kernel - size);
    };
    const int h = total(in.h, kernel_h, stride_h);
    const int w = total(in.w, kernel_w, stride_w);
    return {.top = h / 2, .left = w / 2, .bottom = h - h / 2, .right = w - w / 2};
}

NodeId Graph::append(Node node) {
    for (const NodeId in : node.inputs)
        require(in >= 0 && static_cast<std::size_t>(in) < nodes_.size(), "an unknown input");
    require(node.shape.n > 0 && node.shape.h > 0 && node.shape.w > 0 && node.shape.c > 0,
            node.name + " has the shape " + to_string(node.shape));
    nodes_.push_back(std::move(node));
    return static_cast<NodeId>(nodes_.size()) - 1;
}

NodeId Graph::input(const Shape& shape) {
    require(nodes_.empty(), "a second input");
    return append({.op = Op::input, .name = "input", .inputs = {}, .shape = shape});
}

NodeId Graph::conv(NodeId in, Tensor kernel, Tensor bias, const ConvParams& params,
                   std::string name) {
    const Shape& from = node(in).shape;
    const auto& dims = kernel.dims;
    require(dims.size() == 4 || dims.size() == 5, name + " needs a kernel of 4 or 5 dimensions");
    const int out = dims[0];
    const int kernel_t = dims.size() == 5 ? dims[2] : 1;
    const int kernel_h = dims[dims.size() - 2];
    const int kernel_w = dims[dims.size() - 1];
    require(params.groups > 0 && out % params.groups == 0 && dims[1] * params.groups == from.c &&
                bias.dims == std::vector<int>{out} && params.stride_h > 0 && params.stride_w > 0 &&
                params.dilation > 0,
            name + ": kernel, bias and input " + to_string(from));
    const auto reach = [&](int length) { return (length - 1) * params.dilation + 1; };
    const Padding& pad = params.padding;
    Node node{
        .op = Op::conv,
        .name = std::move(name),
        .inputs = {in},
        .shape = {from.n - kernel_t + 1,
                  windows(from.h, reach(kernel_h), params.stride_h, pad.top + pad.bottom),
                  windows(from.w, reach(kernel_w), params.stride_w, pad.left + pad.right), out}};
    node.kernel_t = kernel_t;
    node.kernel_h = kernel_h;
    node.kernel_w = kernel_w;
    node.params = params;
    node.kernel = std::move(kernel);
    node.bias = std::move(bias);
    return append(std::move(node));
}

NodeId Graph::relu(NodeId in) {
    return append({.op = Op::relu, .name = "relu", .inputs = {in}, .shape = node(in).shape});
}

NodeId Graph::add(NodeId a, NodeId b) {
    require(node(a).shape == node(b).shape, "an addition of different shapes");
    return append({.op = Op::add, .name = "add", .inputs = {a, b}, .shape = node(a).shape});
}

NodeId Graph::max_pool(NodeId in, int kernel_h, int kernel_w, int stride_h, int stride_w,
                       Padding padding) {
    const Shape& from = node(in).shape;
    require(kernel_h > 0 && kernel_w > 0 && stride_h > 0 && stride_w > 0, "an empty pooling");
    Node pool{.op = Op::max_pool,
              .name = "max_pool",
              .inputs = {in},
              .shape = {from.n, windows(from.h, kernel_h, stride_h, padding.top + padding.bottom),
                        windows(from.w, kernel_w, stride_w, padding.left + padding.right), from.c}};
    pool.kernel_h = kernel_h;
    pool.kernel_w = kernel_w;
    pool.params = {.stride_h = stride_h, .stride_w = stride_w, .padding = padding};
    return append(std::move(pool));
}

NodeId Graph::l2_normalize(NodeId in) {
    return append(
        {.op = Op::l2_normalize, .name = "l2_normalize", .inputs = {in}, .shape = node(in).shape});
}

NodeId Graph::pad_channels(NodeId in, int channels) {
    Shape shape = node(in).shape;
    require(channels >= shape.c, "padding that removes channels");
    shape.c = channels;
    return append({.op = Op::pad_channels, .name = "pad_channels", .inputs = {in}, .shape = shape});
}

NodeId Graph::resize_bilinear(NodeId in, int h, int w) {
    Shape shape = node(in).shape;
    shape.h = h;
    shape.w = w;
    return append(
        {.op = Op::resize_bilinear, .name = "resize_bilinear", .inputs = {in}, .shape = shape});
}

NodeId Graph::reshape(NodeId in, const Shape& shape) {
    require(shape.size() == node(in).shape.size(), "a reshape to another size");
    return append({.op = Op::reshape, .name = "reshape", .inputs = {in}, .shape = shape});
}

NodeId Graph::concat_width(const std::vector<NodeId>& in) {
    require(!in.empty(), "a concatenation of nothing");
    Shape shape = node(in.front()).shape;
    shape.w = 0;
    for (const NodeId id : in) {
        const Shape& part = node(id).shape;
        // With more than one row the parts of a row would have to be interleaved.
        require(part.n == 1 && part.h == 1 && part.c == shape.c, "a concatenation over rows");
        shape.w += part.w;
    }
    return append({.op = Op::concat_width, .name = "concat_width", .inputs = in, .shape = shape});
}

void Graph::output(std::string name, NodeId id) {
    require(id >= 0 && static_cast<std::size_t>(id) < nodes_.size(), "an unknown output");
    outputs_.emplace_back(std::move(name), id);
}

NodeId Graph::output_node(std::string_view name) const {
    for (const auto& [known, id] : outputs_)
        if (known == name) return id;
    throw Error(ErrorCode::bad_model, "the network has no output " + std::string(name));
}

std::vector<std::vector<NodeId>> Graph::readers() const {
    std::vector<std::vector<NodeId>> all(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        for (const NodeId in : nodes_[i].inputs)
            all[static_cast<std::size_t>(in)].push_back(static_cast<NodeId>(i));
    for (const auto& [name, id] : outputs_)
        all[static_cast<std::size_t>(id)].push_back(static_cast<NodeId>(nodes_.size()));
    return all;
}

// `moved`: the new ids by the old ones.
void Graph::keep(std::vector<Node> kept, std::span<const NodeId> moved) {
    nodes_ = std::move(kept);
    for (auto& [name, id] : outputs_) id = moved[static_cast<std::size_t>(id)];
}

void Graph::fuse_relu() {
    const auto read_by = readers();
    std::vector<NodeId> moved(nodes_.size());
    std::vector<Node> kept;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        Node& n = nodes_[i];
        if (n.op == Op::relu) {
            const auto producer = static_cast<std::size_t>(n.inputs.front());
            Node& before = kept[static_cast<std::size_t>(moved[producer])];
            if ((before.op == Op::conv || before.op == Op::add) && read_by[producer].size() == 1) {
                before.relu = true;
                moved[i] = moved[producer];
                continue;
            }
        }
        for (NodeId& in : n.inputs) in = moved[static_cast<std::size_t>(in)];
        moved[i] = static_cast<NodeId>(kept.size());
        kept.push_back(std::move(n));
    }
    keep(std::move(kept), moved);
}

void Graph::fuse_add() {
    const auto read_by = readers();
    // The value of `rest` may be overwritten by `conv`: whoever else reads it has done so.
    const auto is_free = [&](NodeId rest, NodeId conv, NodeId sum) {
        const Op made_by = node(rest).op;
        if (made_by == Op::input || made_by == Op::reshape) return false;
        return std::ranges::all_of(read_by[static_cast<std::size_t>(rest)], [&](NodeId reader) {
            return reader == sum || (reader < conv && node(reader).op != Op::reshape);
        });
    };
    std::vector<NodeId> moved(nodes_.size());
    std::vector<Node> kept;
    for (NodeId i = 0; i < static_cast<NodeId>(nodes_.size()); ++i) {
        Node& n = nodes_[static_cast<std::size_t>(i)];
        if (n.op == Op::add) {
            const auto [rest, conv] = std::minmax(n.inputs[0], n.inputs[1]);
            const Node& adds = node(conv);
            if (adds.op == Op::conv && !adds.relu && adds.kernel_t == 1 &&
                read_by[static_cast<std::size_t>(conv)].size() == 1 && is_free(rest, conv, i)) {
                moved[static_cast<std::size_t>(i)] = moved[static_cast<std::size_t>(conv)];
                Node& fused = kept[static_cast<std::size_t>(moved[static_cast<std::size_t>(conv)])];
                fused.inputs.push_back(moved[static_cast<std::size_t>(rest)]);
                fused.relu = n.relu;
                continue;
            }
        }
        moved[static_cast<std::size_t>(i)] = static_cast<NodeId>(kept.size());
        for (NodeId& in : n.inputs) in = moved[static_cast<std::size_t>(in)];
        kept.push_back(std::move(n));  // what it is and whether it clamps can still be asked of n
    }
    keep(std::move(kept), moved);
}

std::pair<Tensor, Tensor> Graph::take_weights(NodeId id) {
    Node& n = nodes_[static_cast<std::size_t>(id)];
    return {{n.kernel.dims, std::exchange(n.kernel.values, {})},
            {n.bias.dims, std::exchange(n.bias.values, {})}};
}

Graph Graph::resized(const Shape& wanted) const {
    Graph other;
    for (const Node& n : nodes_) {
        NodeId made = 0;
        switch (n.op) {
            case Op::input:
                made = other.input(wanted);
                break;
            case Op::conv:
                made = other.conv(n.inputs[0], {n.kernel.dims, {}}, {n.bias.dims, {}}, n.params,
                                  n.name);
                break;
            case Op::relu:
                made = other.relu(n.inputs[0]);
                break;
            case Op::add:
                made = other.add(n.inputs[0], n.inputs[1]);
                break;
            case Op::max_pool:
                made = other.max_pool(n.inputs[0], n.kernel_h, n.kernel_w, n.params.stride_h,
                                      n.params.stride_w, n.params.padding);
                break;
            case Op::l2_normalize:
                made = other.l2_normalize(n.inputs[0]);
                break;
            case Op::pad_channels:
                made = other.pad_channels(n.inputs[0], n.shape.c);
                break;
            case Op::resize_bilinear:
            case Op::reshape:
            case Op::concat_width:
                require(false, n.name + " is made for one size of input");
        }
        other.nodes_[static_cast<std::size_t>(made)].relu = n.relu;
        other.nodes_[static_cast<std::size_t>(made)].inputs = n.inputs;
    }
    other.outputs_ = outputs_;
    return other;
}

}  // namespace syncnet::nn
