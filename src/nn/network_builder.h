// Layers by the names of their weights, one after the other.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "nn/graph.h"
#include "nn/plan.h"
#include "nn/weights/safetensors.h"

namespace syncnet::nn {

// Throws bad_model where weights are missing or do not fit.
class NetworkBuilder {
  public:
    NetworkBuilder(const Safetensors& weights, const Shape& input) : weights_(weights) {
        last_ = graph_.input(input);
    }
    NetworkBuilder& linear(const std::string& name, const ConvParams& params = {}) {
        last_ = graph_.conv(last_, weights_.at(name + ".weight"), weights_.at(name + ".bias"),
                            params, name);
        return *this;
    }
    NetworkBuilder& conv(const std::string& name, const ConvParams& params = {}) {
        linear(name, params);
        last_ = graph_.relu(last_);
        return *this;
    }
    // x + relu(conv(x))
    NetworkBuilder& residual(const std::string& name, const ConvParams& params) {
        const NodeId before = last_;
        conv(name, params);
        last_ = graph_.add(before, last_);
        return *this;
    }
    std::shared_ptr<const Plan> plan(const Shape& expected, Precision precision) {
        if (graph_.node(last_).shape != expected)
            throw Error(ErrorCode::bad_model, "the network's output is " +
                                                  to_string(graph_.node(last_).shape) +
                                                  " and should be " + to_string(expected));
        graph_.output("out", last_);
        return std::make_shared<const Plan>(std::move(graph_), PlanOptions{.precision = precision});
    }

  private:
    const Safetensors& weights_;
    Graph graph_;
    NodeId last_ = 0;
};

}  // namespace syncnet::nn
