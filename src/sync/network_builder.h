// Layers by the names of their weights, one after the other.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "nn/graph.h"
#include "nn/plan.h"
#include "nn/weights/safetensors.h"

namespace syncnet::sync {

// Throws bad_model where weights are missing or do not fit.
class NetworkBuilder {
  public:
    NetworkBuilder(const nn::Safetensors& weights, const nn::Shape& input) : weights_(weights) {
        last_ = graph_.input(input);
    }
    NetworkBuilder& linear(const std::string& name, const nn::Steps& steps = {}) {
        last_ = graph_.conv(last_, weights_.at(name + ".weight"), weights_.at(name + ".bias"),
                            steps, name);
        return *this;
    }
    NetworkBuilder& conv(const std::string& name, const nn::Steps& steps = {}) {
        linear(name, steps);
        last_ = graph_.relu(last_);
        return *this;
    }
    // x + relu(conv(x))
    NetworkBuilder& residual(const std::string& name, const nn::Steps& steps) {
        const nn::NodeId before = last_;
        conv(name, steps);
        last_ = graph_.add(before, last_);
        return *this;
    }
    std::shared_ptr<const nn::Plan> plan(const nn::Shape& expected, nn::Precision precision) {
        if (graph_.node(last_).shape != expected)
            throw Error(ErrorCode::bad_model, "the network's output is " +
                                                  nn::to_string(graph_.node(last_).shape) +
                                                  " and should be " + nn::to_string(expected));
        graph_.output("out", last_);
        return std::make_shared<const nn::Plan>(std::move(graph_),
                                                nn::PlanOptions{.precision = precision});
    }

  private:
    const nn::Safetensors& weights_;
    nn::Graph graph_;
    nn::NodeId last_ = 0;
};

}  // namespace syncnet::sync
