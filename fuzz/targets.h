// What is fuzzed: one function a target, fed with anything. libFuzzer drives them (./run fuzz), and
// the tests replay the seeds.
#pragma once

#include <cstddef>
#include <span>

namespace syncnet::fuzz {

// Each returns on every input, or throws nothing but what it says it throws.
void weights(std::span<const std::byte> file);
void tflite(std::span<const std::byte> file);

}  // namespace syncnet::fuzz
