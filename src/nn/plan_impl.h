// What Plan and Session share; nobody else's business.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "nn/arena.h"
#include "nn/memory_steps.h"
#include "nn/plan.h"

namespace syncnet::nn {

const dnnl::engine& engine();

// An index into Plan::Impl::values: the value of a node, or one made on the way to a convolution.
using ValueId = int;

struct Value {
    Shape shape;
    dnnl::memory::data_type type;
    int step = 0;  // the node while which it is made
    std::size_t bytes() const { return shape.size() * dnnl::memory::data_type_size(type); }
    dnnl::memory::desc desc() const;
    // The same memory as one volume in time.
    dnnl::memory::desc volume() const;
};

// A memory that a primitive reads or writes: a value, the shared scratchpad, or a constant.
struct Argument {
    enum class Where { value, scratchpad, constant } where = Where::value;
    ValueId value = 0;
    dnnl::memory::desc desc;
    dnnl::memory constant;
};

struct PrimitiveStep {
    dnnl::primitive primitive;
    std::vector<std::pair<int, Argument>> arguments;
};

struct Move {
    ValueId from = 0, to = 0;
    MemoryStep step;
};

using Step = std::variant<PrimitiveStep, Move>;

struct Constants {
    dnnl::memory kernel, bias;  // empty where the node is no convolution
};

struct Plan::Impl {
    // `shared`: the constants of the same network, or nothing.
    Impl(Graph source, const PlanOptions& chosen, const std::vector<Constants>* shared);

    void choose_types();
    void compile(NodeId id);
    void compile_conv(NodeId id);
    void compile_outputs();
    ValueId make_value(const Shape& shape, dnnl::memory::data_type type, NodeId step);
    void add_move(ValueId from, ValueId to, const MemoryStep& step);
    void add_primitive(const dnnl::primitive& primitive, std::vector<std::pair<int, Argument>> args,
                       const dnnl::memory::desc& scratchpad);
    ArenaLayout plan_memory() const;

    const Value& value(NodeId id) const {
        return values[static_cast<std::size_t>(value_of[static_cast<std::size_t>(id)])];
    }
    Argument argument(NodeId id) const;

    Graph graph;
    PlanOptions options;
    std::vector<dnnl::memory::data_type> types;  // of the nodes' values
    std::vector<Value> values;
    std::vector<ValueId> value_of;                   // by node
    std::vector<ValueId> output_values;              // by output of the graph
    std::vector<Constants> constants;                // by node
    const std::vector<Constants>* shared_constants;  // while compiling
    std::vector<Step> steps;
    std::size_t scratchpad_bytes = 0;
    ArenaLayout layout;
};

}  // namespace syncnet::nn
