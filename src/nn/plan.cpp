#include "nn/plan.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "nn/kernel_layout.h"
#include "nn/plan_impl.h"
#include "nn/thread_count.h"

namespace syncnet::nn {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

constexpr auto kInference = dnnl::prop_kind::forward_inference;

// A layer with fewer input channels has the columns of its kernel stacked (memory_steps.h).
constexpr int kFewChannels = 4;

memory laid_out(const memory& source, const memory::desc& wanted) {
    if (source.get_desc() == wanted) return source;
    memory from = source;
    memory ready(wanted, engine());
    dnnl::stream stream(engine());
    dnnl::reorder(from, ready).execute(stream, from, ready);
    stream.wait();
    return ready;
}

memory laid_out(const Tensor& tensor, const memory::dims& dims, Tag tag,
                const memory::desc& wanted) {
    // The const_cast is oneDNN's interface: a reorder only reads its source.
    memory ready(wanted, engine());
    memory plain({dims, Type::f32, tag}, engine(), const_cast<float*>(tensor.values.data()));
    dnnl::stream stream(engine());
    dnnl::reorder(plain, ready).execute(stream, plain, ready);
    stream.wait();
    return ready;
}

// `adds`: to what lies where the result goes.
dnnl::primitive_attr attributes(bool relu, bool adds = false) {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops after;
    if (adds) after.append_sum();
    if (relu) after.append_eltwise(1.0F, algorithm::eltwise_relu, 0.0F, 0.0F);
    attr.set_post_ops(after);
    return attr;
}

// It adds to another value, in that one's memory.
bool adds(const Node& node) {
    return node.op == Op::conv && node.inputs.size() > 1;
}

}  // namespace

const dnnl::engine& engine() {
    // Made at first use and kept: oneDNN's engine is the processor itself and has no state of ours.
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

memory::desc Value::desc() const {
    return {{shape.n, shape.c, shape.h, shape.w}, type, Tag::nhwc};
}

memory::desc Value::volume() const {
    return {{1, shape.c, shape.n, shape.h, shape.w}, type, Tag::ndhwc};
}

Plan::Impl::Impl(Graph source, const PlanOptions& chosen, const std::vector<Constants>* shared)
    : graph(std::move(source)), options(chosen), shared_constants(shared) {
    graph.fuse_relu();
    graph.fuse_add();
    choose_types();
    const auto count = static_cast<NodeId>(graph.nodes().size());
    constants.resize(graph.nodes().size());
    const ThreadCount here(options.threads);
    try {
        for (NodeId id = 0; id < count; ++id) compile(id);
        compile_outputs();
    } catch (const dnnl::error& e) {
        throw Error(ErrorCode::bad_model, std::string("oneDNN can't run the network: ") + e.what());
    }
    layout = plan_memory();
    shared_constants = nullptr;
}

ArenaLayout Plan::Impl::plan_memory() const {
    std::vector<ArenaValue> lives(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        lives[i] = {.bytes = values[i].bytes(),
                    .born = values[i].step,
                    .dies = values[i].step,
                    .alias = std::nullopt};
    const auto life = [&](NodeId id) -> ArenaValue& {
        return lives[static_cast<std::size_t>(value_of[static_cast<std::size_t>(id)])];
    };
    const auto count = static_cast<NodeId>(graph.nodes().size());
    for (NodeId id = 0; id < count; ++id) {
        const Node& node = graph.node(id);
        if (node.op == Op::reshape || adds(node))
            life(id).alias = value_of[static_cast<std::size_t>(node.inputs.back())];
        for (const NodeId in : node.inputs) life(in).dies = id;
    }
    for (const auto& [name, id] : graph.outputs()) life(id).dies = count;
    for (const ValueId id : output_values) lives[static_cast<std::size_t>(id)].dies = count;
    return plan_arena(std::move(lives));
}

// With bf16: bf16 inside, f32 where a convolution ends the network.
void Plan::Impl::choose_types() {
    types.assign(graph.nodes().size(), Type::f32);
    if (options.precision != Precision::bf16) return;
    const auto moves_bytes = [](const Node& n) {
        return n.op == Op::reshape || n.op == Op::concat_width;
    };
    std::vector<bool> read(graph.nodes().size(), false);
    for (auto id = graph.nodes().size(); id-- > 0;) {
        const Node& node = graph.nodes()[id];
        for (const NodeId in : node.inputs)
            if (!moves_bytes(node) || read[id]) read[static_cast<std::size_t>(in)] = true;
    }
    for (std::size_t id = 0; id < types.size(); ++id) {
        const Node& node = graph.nodes()[id];
        if (adds(node))
            types[id] = types[static_cast<std::size_t>(node.inputs.back())];
        else if (node.op == Op::input || node.op == Op::conv)
            types[id] = read[id] ? Type::bf16 : Type::f32;
        else
            types[id] = types[static_cast<std::size_t>(node.inputs.front())];
    }
}

// What leaves the network is f32.
void Plan::Impl::compile_outputs() {
    const auto end = static_cast<NodeId>(graph.nodes().size());
    for (const auto& [name, id] : graph.outputs()) {
        output_values.push_back(value_of[static_cast<std::size_t>(id)]);
        if (value(id).type == Type::f32) continue;
        const Argument from = argument(id);
        const ValueId made = output_values.back() = make_value(value(id).shape, Type::f32, end);
        const memory::desc wide = values[static_cast<std::size_t>(made)].desc();
        const dnnl::reorder::primitive_desc pd(engine(), from.desc, engine(), wide,
                                               attributes(false));
        add_primitive(
            dnnl::reorder(pd),
            {{DNNL_ARG_FROM, from},
             {DNNL_ARG_TO,
              {.where = Argument::Where::value, .value = made, .desc = wide, .constant = {}}}},
            pd.scratchpad_desc());
    }
}

ValueId Plan::Impl::make_value(const Shape& shape, Type type, NodeId step) {
    values.push_back({.shape = shape, .type = type, .step = step});
    return static_cast<ValueId>(values.size()) - 1;
}

Argument Plan::Impl::argument(NodeId id) const {
    return {.where = Argument::Where::value,
            .value = value_of[static_cast<std::size_t>(id)],
            .desc = value(id).desc(),
            .constant = {}};
}

void Plan::Impl::add_move(ValueId from, ValueId to, const MemoryStep& step) {
    steps.emplace_back(Move{.from = from, .to = to, .step = step});
}

void Plan::Impl::add_primitive(const dnnl::primitive& primitive,
                               std::vector<std::pair<int, Argument>> args,
                               const memory::desc& scratchpad) {
    scratchpad_bytes = std::max(scratchpad_bytes, scratchpad.get_size());
    args.emplace_back(
        DNNL_ARG_SCRATCHPAD,
        Argument{
            .where = Argument::Where::scratchpad, .value = 0, .desc = scratchpad, .constant = {}});
    steps.emplace_back(PrimitiveStep{primitive, std::move(args)});
}

void Plan::Impl::compile_conv(NodeId id) {
    const Node& node = graph.node(id);
    ValueId from = value_of[static_cast<std::size_t>(node.inputs.front())];
    auto [kernel, bias] = graph.take_weights(id);
    const bool have_weights = !kernel.values.empty();
    ConvParams conv = node.params;
    const bool grouped = conv.groups > 1;

    // What is done to the rows of the input is done to the kernel, too.
    Shape shape = values[static_cast<std::size_t>(from)].shape;
    const int few = kFewChannels;
    const bool stack = options.precision != Precision::f32 && !grouped && shape.c <= few &&
                       node.kernel_w > 1 && conv.dilation == 1;
    Type type = values[static_cast<std::size_t>(from)].type;
    if (options.precision == Precision::bf16x3 && !grouped) {
        const SplitRows split{.rows = shape.size() / static_cast<std::size_t>(shape.c),
                              .channels = static_cast<std::size_t>(shape.c),
                              .exact = options.whole_number_input && node.inputs.front() == 0};
        shape.c *= static_cast<int>(split.parts());
        type = Type::bf16;
        const ValueId to = make_value(shape, type, id);
        add_move(std::exchange(from, to), to, split);
        if (have_weights)
            kernel = split_kernel(kernel, split.parts());
        else
            kernel.dims[1] *= static_cast<int>(split.parts());
    }
    if (stack) {
        const StackColumns columns{.from = shape,
                                   .columns = node.shape.w,
                                   .kernel_w = node.kernel_w,
                                   .stride_w = conv.stride_w,
                                   .left = conv.padding.left,
                                   .value_bytes = memory::data_type_size(type)};
        shape.w = node.shape.w;
        shape.c *= node.kernel_w;
        const ValueId to = make_value(shape, type, id);
        add_move(std::exchange(from, to), to, columns);
        if (have_weights) {
            kernel = stack_kernel(kernel);
        } else {
            kernel.dims[1] *= node.kernel_w;
            kernel.dims.back() = 1;
        }
        conv.stride_w = 1;
        conv.padding.left = conv.padding.right = 0;
    }
    value_of[static_cast<std::size_t>(id)] =
        make_value(node.shape, types[static_cast<std::size_t>(id)], id);

    const bool volume = node.kernel_t > 1;
    const auto& in = values[static_cast<std::size_t>(from)];
    const memory::desc source = volume ? in.volume() : in.desc();
    const memory::desc target = volume ? value(id).volume() : value(id).desc();
    memory::dims dims(kernel.dims.begin(), kernel.dims.end());
    if (grouped) {
        dims[0] /= conv.groups;
        dims.insert(dims.begin(), conv.groups);
    } else if (!volume && dims.size() == 5) {
        dims.erase(dims.begin() + 2);
    }
    const Tag tag = grouped ? Tag::goihw : volume ? Tag::oidhw : Tag::oihw;
    memory::dims strides{conv.stride_h, conv.stride_w};
    memory::dims dilations{conv.dilation - 1, conv.dilation - 1};
    memory::dims before{conv.padding.top, conv.padding.left};
    memory::dims after{conv.padding.bottom, conv.padding.right};
    if (volume) {
        strides.insert(strides.begin(), 1);
        for (memory::dims* const d : {&dilations, &before, &after}) d->insert(d->begin(), 0);
    }
    const memory::desc bias_desc({node.shape.c}, Type::f32, Tag::a);
    const dnnl::convolution_forward::desc op(kInference, algorithm::convolution_direct, source,
                                             {dims, type, Tag::any}, bias_desc, target, strides,
                                             dilations, before, after);
    const dnnl::convolution_forward::primitive_desc pd(op, attributes(node.relu, adds(node)),
                                                       engine());
    Constants& own = constants[static_cast<std::size_t>(id)];
    if (have_weights) {
        own.kernel = laid_out(kernel, dims, tag, pd.weights_desc());
        own.bias = laid_out(bias, {node.shape.c}, Tag::a, bias_desc);
    } else if (shared_constants != nullptr) {
        const Constants& shared = (*shared_constants)[static_cast<std::size_t>(id)];
        own.kernel = laid_out(shared.kernel, pd.weights_desc());
        own.bias = shared.bias;
    }
    const auto fixed = [](const memory& m) {
        return Argument{.where = Argument::Where::constant, .value = 0, .desc = {}, .constant = m};
    };
    add_primitive(
        dnnl::convolution_forward(pd),
        {{DNNL_ARG_SRC,
          {.where = Argument::Where::value, .value = from, .desc = source, .constant = {}}},
         {DNNL_ARG_WEIGHTS, fixed(own.kernel)},
         {DNNL_ARG_BIAS, fixed(own.bias)},
         {DNNL_ARG_DST,
          {.where = Argument::Where::value,
           .value = value_of[static_cast<std::size_t>(id)],
           .desc = target,
           .constant = {}}}},
        pd.scratchpad_desc());
}

void Plan::Impl::compile(NodeId id) {
    const Node& node = graph.node(id);
    const Type type = types[static_cast<std::size_t>(id)];
    const std::size_t unit = memory::data_type_size(type);
    value_of.push_back(-1);
    if (node.op == Op::conv) return compile_conv(id);
    const ValueId made = value_of.back() = make_value(node.shape, type, id);
    const auto in = [&](std::size_t i = 0) { return node.inputs[i]; };
    const auto in_value = [&](std::size_t i = 0) {
        return value_of[static_cast<std::size_t>(in(i))];
    };
    const memory::desc target = value(id).desc();
    switch (node.op) {
        case Op::input:    // Session::run casts it
        case Op::reshape:  // the same memory
        case Op::conv:     // above
            break;
        case Op::relu: {
            const dnnl::eltwise_forward::desc op(kInference, algorithm::eltwise_relu, target, 0);
            const dnnl::eltwise_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::eltwise_forward(pd),
                          {{DNNL_ARG_SRC, argument(in())}, {DNNL_ARG_DST, argument(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::add: {
            const dnnl::binary::desc op(algorithm::binary_add, value(in(0)).desc(),
                                        value(in(1)).desc(), target);
            const dnnl::binary::primitive_desc pd(op, attributes(node.relu), engine());
            add_primitive(dnnl::binary(pd),
                          {{DNNL_ARG_SRC_0, argument(in(0))},
                           {DNNL_ARG_SRC_1, argument(in(1))},
                           {DNNL_ARG_DST, argument(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::max_pool: {
            const ConvParams& conv = node.params;
            const dnnl::pooling_forward::desc op(
                kInference, algorithm::pooling_max, value(in()).desc(), target,
                {conv.stride_h, conv.stride_w}, {node.kernel_h, node.kernel_w},
                {conv.padding.top, conv.padding.left}, {conv.padding.bottom, conv.padding.right});
            const dnnl::pooling_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::pooling_forward(pd),
                          {{DNNL_ARG_SRC, argument(in())}, {DNNL_ARG_DST, argument(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::resize_bilinear: {
            const dnnl::resampling_forward::desc op(kInference, algorithm::resampling_linear,
                                                    value(in()).desc(), target);
            const dnnl::resampling_forward::primitive_desc pd(op, attributes(false), engine());
            add_primitive(dnnl::resampling_forward(pd),
                          {{DNNL_ARG_SRC, argument(in())}, {DNNL_ARG_DST, argument(id)}},
                          pd.scratchpad_desc());
            break;
        }
        case Op::l2_normalize:
            add_move(in_value(), made,
                     UnitRows{.rows = node.shape.size() / static_cast<std::size_t>(node.shape.c),
                              .channels = static_cast<std::size_t>(node.shape.c),
                              .bf16 = type == Type::bf16});
            break;
        case Op::pad_channels: {
            const Shape& from = graph.node(in()).shape;
            add_move(in_value(), made,
                     CopyRows{.rows = from.size() / static_cast<std::size_t>(from.c),
                              .row_bytes = static_cast<std::size_t>(from.c) * unit,
                              .to_stride = static_cast<std::size_t>(node.shape.c) * unit,
                              .to_offset = 0,
                              .clear = true});
            break;
        }
        case Op::concat_width: {
            std::size_t offset = 0;
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::size_t bytes = value(in(i)).bytes();
                add_move(in_value(i), made,
                         CopyRows{.rows = 1,
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

Plan::Plan(Graph graph, const PlanOptions& options)
    : impl_(std::make_unique<const Impl>(std::move(graph), options, nullptr)) {}
Plan::Plan(const Plan& same, const Shape& input)
    : impl_(std::make_unique<const Impl>(same.impl_->graph.resized(input), same.impl_->options,
                                         &same.impl_->constants)) {}
Plan::~Plan() = default;
Precision Plan::precision() const {
    return impl_->options.precision;
}
const Shape& Plan::input_shape() const {
    return impl_->graph.node(0).shape;
}
const Shape& Plan::output_shape(std::string_view name) const {
    return impl_->graph.node(impl_->graph.output_node(name)).shape;
}

}  // namespace syncnet::nn
