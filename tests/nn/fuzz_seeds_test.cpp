// Replays what the fuzzers begin with and what they have found. fuzz/seeds/TARGET/*
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

void replay(const char* target, void (*run)(std::span<const std::byte>)) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(SYNCNET_SOURCE_DIR "/fuzz/seeds") / target)) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NO_THROW(run(std::as_bytes(std::span(bytes))));
        ++files;
    }
    EXPECT_GT(files, 0);
}

TEST(FuzzSeeds, Weights) {
    replay("weights", weights);
}

TEST(FuzzSeeds, Tflite) {
    replay("tflite", tflite);
}

}  // namespace
}  // namespace syncnet::fuzz
