// Turns a TFLite model into our graph. Only what the BlazeFace detectors use is understood: float
// networks of CONV_2D, DEPTHWISE_CONV_2D, ADD, RELU, MAX_POOL_2D, PAD (channels), RESHAPE,
// CONCATENATION and RESIZE_BILINEAR, with float16 weights behind DEQUANTIZE.
// Format: tensorflow/lite/schema/schema.fbs (FlatBuffers).
#pragma once

#include <cstddef>
#include <span>

#include "nn/graph.h"

namespace syncnet::nn {

// Outputs keep the names that they have in the file. Every offset is checked against the file's
// size. Throws bad_model, saying what is not understood.
Graph read_tflite(std::span<const std::byte> file);

}  // namespace syncnet::nn
