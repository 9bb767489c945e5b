#include "nn/plan.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <unordered_map>
#include <variant>

#include "base/error.h"
#include "nn/arena.h"
#include "nn/single_thread.h"

namespace syncnet::nn {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

constexpr auto kInference = dnnl::prop_kind::forward_inference;

// Made at first use and kept: oneDNN's engine is the processor itself and has no state of ours.
const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

memory::desc describe(const Shape& s, Type type) {
    return {{s.n, s.c, s.h, s.w}, type, Tag::nhwc};
}

std::size_t bytes_of(const Shape& s, Type type) {
    return s.size() * memory::data_type_size(type);
}

// A memory that a primitive reads or writes: a node's value, the shared scratchpad, or a constant.
struct Argument {
    enum class Where { value, scratchpad, constant } where = Where::value;
    NodeId node = 0;
    memory::desc desc;
    memory constant;
};

struct PrimitiveStep {
    dnnl::primitive primitive;
    std::vector<std::pair<int, Argument>> arguments;
};

// Rows of bytes from one value into another: padding of channels, concatenation.
struct CopyStep {
    NodeId from = 0, to = 0;
    std::size_t rows = 0, row_bytes = 0, to_stride = 0, to_offset = 0;
    bool clear = false;  // zero the rest of `to` first
};

using Step = std::variant<PrimitiveStep, CopyStep>;

memory constant(const Tensor& tensor, const memory::dims& dims, Tag tag,
                const memory::desc& wanted) {
    // The const_cast is oneDNN's interface: a reorder only reads its source.
    memory plain({dims, Type::f32, tag}, engine(), const_cast<float*>(tensor.values.data()));
    memory ready(wanted, engine());
    dnnl::stream stream(engine());
    dnnl::reorder(plain, ready).execute(stream, plain, ready);
    stream.wait();
    return ready;
}

dnnl::primitive_attr attributes(bool relu) {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (relu) {
        dnnl::post_ops after;
        after.append_eltwise(1.0F, algorithm::eltwise_relu, 0.0F, 0.0F);
        attr.set_post_ops(after);
    }
    return attr;
}

}  // namespace

Precision best_precision() {
    const auto isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx
               ? Precision::bf16
               : Precision::f32;
}

std::string_view to_string(Precision precision) {
    return precision == Precision::bf16 ? "bf16" : "f32";
}

struct Plan::Impl {
    Impl(Graph source, Precision chosen);

    void choose_types();
    void compile(NodeId id);
    void compile_conv(NodeId id);
    void add_primitive(const dnnl::primitive& primitive, std::vector<std::pair<int, Argument>> args,
                       const memory::desc& scratchpad);
    Type type(NodeId id) const { return types[static_cast<std::size_t>(id)]; }
    memory::desc desc(NodeId id) const { return describe(graph.node(id).shape, type(id)); }
    Argument value(NodeId id) const {
        return {.where = Argument::Where::value, .node = id, .desc = desc(id), .constant = {}};
    }
    static Argument fixed(memory m) {
        return {
            .where = Argument::Where::constant, .node = 0, .desc = {}, .constant = std::move(m)};
    }

    Graph graph;
    Precision precision;
    std::vector<Type> types;  // of the nodes' values
    std::vector<Step> steps;
    std::size_t scratchpad_bytes = 0;
    ArenaLayout layout;
};

Plan::Impl::Impl(Graph source, Precision chosen) : graph(std::move(source)), precision(chosen) {
    graph.fuse_relu();
    choose_types();
    const auto count = static_cast<NodeId>(graph.nodes().size());
    const SingleThread here;  // the number of threads is part of a primitive
    try {
        for (NodeId id = 0; id < count; ++id) compile(id);
    } catch (const dnnl::error& e) {
        throw Error(ErrorCode::bad_model, std::string("oneDNN can't run the network: ") + e.what());
    }

    std::vector<ArenaValue> values(graph.nodes().size());
    for (NodeId id = 0; id < count; ++id) {
        const Node& node = graph.node(id);
        auto& v = values[static_cast<std::size_t>(id)];
        v.bytes = bytes_of(node.shape, type(id));
        v.born = v.dies = id;
        if (node.op == Op::reshape) v.alias = node.inputs.front();
        for (const NodeId in : node.inputs) values[static_cast<std::size_t>(in)].dies = id;
    }
    for (const auto& [name, id] : graph.outputs())
        values[static_cast<std::size_t>(id)].dies = count;
    layout = plan_arena(values);

    // The primitives own what they need of the weights; only the shapes are still asked for.
    graph.drop_weights();
}

// bf16 inside, f32 at the ends. A value that nobody in the network reads is an end.
void Plan::Impl::choose_types() {
    types.assign(graph.nodes().size(), Type::f32);
    if (precision == Precision::f32) return;
    std::vector<bool> read(graph.nodes().size(), false);
    for (const Node& node : graph.nodes())
        for (const NodeId in : node.inputs)
            if (node.op != Op::reshape && node.op != Op::concat_width)
                read[static_cast<std::size_t>(in)] = true;
    for (auto id = static_cast<NodeId>(graph.nodes().size()) - 1; id >= 0; --id) {
        const Node& node = graph.node(id);
        if (node.op != Op::reshape && node.op != Op::concat_width) continue;
        // Copied as bytes: what goes in has the type of what comes out.
        if (read[static_cast<std::size_t>(id)])
            for (const NodeId in : node.inputs) read[static_cast<std::size_t>(in)] = true;
    }
    for (std::size_t i = 0; i < types.size(); ++i)
        if (read[i]) types[i] = Type::bf16;
}

void Plan::Impl::add_primitive(const dnnl::primitive& primitive,
                               std::vector<std::pair<int, Argument>> args,
                               const memory::desc& scratchpad) {
    scratchpad_bytes = std::max(scratchpad_bytes, scratchpad.get_size());
    args.emplace_back(
        DNNL_ARG_SCRATCHPAD,
        Argument{
            .where = Argument::Where::scratchpad, .node = 0, .desc = scratchpad, .constant = {}});
    steps.emplace_back(PrimitiveStep{primitive, std::move(args)});
}

void Plan::Impl::compile_conv(NodeId id) {
    const Node& node = graph.node(id);
    const NodeId in = node.inputs.front();
    const bool grouped = node.groups > 1;
    const auto& k = node.kernel.dims;
    const memory::dims kernel_dims =
        grouped ? memory::dims{node.groups, k[0] / node.groups, k[1], k[2], k[3]}
                : memory::dims{k[0], k[1], k[2], k[3]};
    const Type weight_type = precision == Precision::bf16 ? Type::bf16 : Type::f32;
    const memory::desc bias({node.shape.c}, Type::f32, Tag::a);
    const dnnl::convolution_forward::desc op(
        kInference, algorithm::convolution_direct, desc(in), {kernel_dims, weight_type, Tag::any},
        bias, desc(id), {node.stride_h, node.stride_w}, {node.padding.top, node.padding.left},
        {node.padding.bottom, node.padding.right});
    const dnnl::convolution_forward::primitive_desc pd(op, attributes(node.relu), engine());
    const memory kernel =
        constant(node.kernel, kernel_dims, grouped ? Tag::goihw : Tag::oihw, pd.weights_desc());
    add_primitive(dnnl::convolution_forward(pd),
                  {{DNNL_ARG_SRC, value(in)},
                   {DNNL_ARG_WEIGHTS, fixed(kernel)},
                   {DNNL_ARG_BIAS, fixed(constant(node.bias, {node.shape.c}, Tag::a, bias))},
                   {DNNL_ARG_DST, value(id)}},
                  pd.scratchpad_desc());
}

void Plan::Impl::compile(NodeId id) {
    const Node& node = graph.node(id);
    const auto in = [&](std::size_t i = 0) { return node.inputs[i]; };
    switch (node.op) {
        case Op::input:    // Session::run casts it
        case Op::reshape:  // the same memory
            break;
        case Op::conv:
            compile_conv(id);
            break;
        case Op::relu: {
            const dnnl::eltwise_forward::desc op(kInference, algorithm::eltwise_relu, desc(id), 0);
            const dnnl::eltwise_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::eltwise_forward(pd),
                          {{DNNL_ARG_SRC, value(in())}, {DNNL_ARG_DST, value(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::add: {
            const dnnl::binary::desc op(algorithm::binary_add, desc(in(0)), desc(in(1)), desc(id));
            const dnnl::binary::primitive_desc pd(op, attributes(node.relu), engine());
            add_primitive(dnnl::binary(pd),
                          {{DNNL_ARG_SRC_0, value(in(0))},
                           {DNNL_ARG_SRC_1, value(in(1))},
                           {DNNL_ARG_DST, value(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::max_pool: {
            const dnnl::pooling_forward::desc op(
                kInference, algorithm::pooling_max, desc(in()), desc(id),
                {node.stride_h, node.stride_w}, {node.kernel_h, node.kernel_w},
                {node.padding.top, node.padding.left}, {node.padding.bottom, node.padding.right});
            const dnnl::pooling_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::pooling_forward(pd),
                          {{DNNL_ARG_SRC, value(in())}, {DNNL_ARG_DST, value(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::resize_bilinear: {
            const dnnl::resampling_forward::desc op(kInference, algorithm::resampling_linear,
                                                    desc(in()), desc(id));
            const dnnl::resampling_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::resampling_forward(pd),
                          {{DNNL_ARG_SRC, value(in())}, {DNNL_ARG_DST, value(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::pad_channels: {
            const Shape& from = graph.node(in()).shape;
            const std::size_t unit = memory::data_type_size(type(id));
            steps.emplace_back(CopyStep{.from = in(),
                                        .to = id,
                                        .rows = from.size() / static_cast<std::size_t>(from.c),
                                        .row_bytes = static_cast<std::size_t>(from.c) * unit,
                                        .to_stride = static_cast<std::size_t>(node.shape.c) * unit,
                                        .to_offset = 0,
                                        .clear = true});
            break;
        }
        case Op::concat_width: {
            std::size_t offset = 0;
            for (const NodeId part : node.inputs) {
                const std::size_t bytes = bytes_of(graph.node(part).shape, type(part));
                steps.emplace_back(CopyStep{.from = part,
                                            .to = id,
                                            .rows = 1,
                                            .row_bytes = bytes,
                                            .to_stride = bytes,
                                            .to_offset = offset,
                                            .clear = false});
                offset += bytes;
            }
            break;
        }
    }
}

Plan::Plan(Graph graph, Precision precision)
    : impl_(std::make_unique<const Impl>(std::move(graph), precision)) {}
Plan::~Plan() = default;
Precision Plan::precision() const {
    return impl_->precision;
}
const Shape& Plan::input_shape() const {
    return impl_->graph.node(0).shape;
}

struct Session::Impl {
    explicit Impl(std::shared_ptr<const Plan> shared);

    struct Bound {
        const Step* step;
        std::unordered_map<int, memory> arguments;  // of a PrimitiveStep
    };

    std::byte* address(NodeId id) {
        return arena.data() + plan->impl_->layout.offsets[static_cast<std::size_t>(id)];
    }
    const std::byte* address(NodeId id) const {
        return arena.data() + plan->impl_->layout.offsets[static_cast<std::size_t>(id)];
    }

    std::shared_ptr<const Plan> plan;
    std::vector<float> input;
    AlignedBytes arena;
    AlignedBytes scratchpad;
    std::optional<std::pair<memory, memory>> cast;  // the input into the arena
    std::vector<Bound> bound;
    dnnl::stream stream{engine()};
};

Session::Impl::Impl(std::shared_ptr<const Plan> shared)
    : plan(std::move(shared)),
      input(plan->input_shape().size()),
      arena(plan->impl_->layout.bytes),
      scratchpad(plan->impl_->scratchpad_bytes) {
    const Plan::Impl& p = *plan->impl_;
    cast.emplace(memory(describe(plan->input_shape(), Type::f32), engine(), input.data()),
                 memory(p.desc(0), engine(), address(0)));
    for (const Step& step : p.steps) {
        Bound b{.step = &step, .arguments = {}};
        if (const auto* primitive = std::get_if<PrimitiveStep>(&step)) {
            for (const auto& [key, a] : primitive->arguments) {
                switch (a.where) {
                    case Argument::Where::constant:
                        b.arguments.emplace(key, a.constant);
                        break;
                    case Argument::Where::scratchpad:
                        b.arguments.emplace(key, memory(a.desc, engine(), scratchpad.data()));
                        break;
                    case Argument::Where::value:
                        b.arguments.emplace(key, memory(a.desc, engine(), address(a.node)));
                        break;
                }
            }
        }
        bound.push_back(std::move(b));
    }
}

Session::Session(std::shared_ptr<const Plan> plan)
    : impl_(std::make_unique<Impl>(std::move(plan))) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

std::span<float> Session::input() {
    return impl_->input;
}

void Session::run() {
    const SingleThread here;
    auto& [from, to] = *impl_->cast;
    dnnl::reorder(from, to).execute(impl_->stream, from, to);
    for (const Impl::Bound& b : impl_->bound) {
        if (const auto* primitive = std::get_if<PrimitiveStep>(b.step)) {
            primitive->primitive.execute(impl_->stream, b.arguments);
            continue;
        }
        const auto& copy = std::get<CopyStep>(*b.step);
        const std::byte* source = impl_->address(copy.from);
        std::byte* target = impl_->address(copy.to);
        if (copy.clear) std::memset(target, 0, copy.rows * copy.to_stride);
        for (std::size_t row = 0; row < copy.rows; ++row)
            std::memcpy(target + copy.to_offset + row * copy.to_stride,
                        source + row * copy.row_bytes, copy.row_bytes);
    }
    impl_->stream.wait();
}

std::span<const float> Session::output(std::string_view name) const {
    const Graph& graph = impl_->plan->impl_->graph;
    const NodeId id = graph.output_node(name);
    return {reinterpret_cast<const float*>(impl_->address(id)), graph.node(id).shape.size()};
}

}  // namespace syncnet::nn
