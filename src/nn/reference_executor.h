// Runs a graph with plain loops: slow, obvious, and the judge of `Plan` in tests.
#pragma once

#include <span>
#include <vector>

#include "nn/graph.h"

namespace syncnet::nn {

// The values of every node, by node id. `input` holds the input's shape, NHWC.
std::vector<std::vector<float>> reference_run(const Graph& graph, std::span<const float> input);

}  // namespace syncnet::nn
