// What is fuzzed: one function a target, fed with anything. libFuzzer drives them (./run fuzz), and
// the tests replay the seeds.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace syncnet::fuzz {

// Each returns on every input, or throws nothing but what it says it throws.
void calibration(std::span<const std::byte> input);
void connection(std::span<const std::byte> input);
void keys(std::span<const std::byte> input);
void media(std::span<const std::byte> file);
void multipart(std::span<const std::byte> input);
void pipeline(std::span<const std::byte> file);
void public_address(std::span<const std::byte> input);
void remux(std::span<const std::byte> file);
void request(std::span<const std::byte> input);
void settings(std::span<const std::byte> input);
void store(std::span<const std::byte> input);
void tables(std::span<const std::byte> input);
void tflite(std::span<const std::byte> file);
void weights(std::span<const std::byte> file);
void worker_protocol(std::span<const std::byte> input);

inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace syncnet::fuzz
