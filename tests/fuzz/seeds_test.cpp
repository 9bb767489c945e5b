// A short run of every fuzzer, the same each time: what it begins with and what it has found
// (fuzz/seeds/TARGET/*), and each of these with a few bytes changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

using Bytes = std::vector<char>;

void damage(Bytes& bytes, std::mt19937& random) {
    const auto below = [&](std::size_t end) { return random() % std::max<std::size_t>(1, end); };
    for (std::size_t change = 1 + below(4); change > 0 && !bytes.empty(); --change) {
        const std::size_t at = below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(4)) {
            case 0:
                bytes[at] = static_cast<char>(random());
                break;
            case 1:
                bytes.insert(place, 1 + below(8), static_cast<char>(random()));
                break;
            case 2:
                bytes.erase(place, bytes.begin() + static_cast<std::ptrdiff_t>(
                                                       std::min(bytes.size(), at + 1 + below(16))));
                break;
            default:
                bytes.resize(at);
        }
    }
}

void replay(const char* target, void (*run)(std::span<const std::byte>), int mutations) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(SYNCNET_SOURCE_DIR "/fuzz/seeds") / target)) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const Bytes seed{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NO_THROW(run(std::as_bytes(std::span(seed))));
        std::mt19937 random(1);
        for (int i = 0; i < mutations; ++i) {
            Bytes changed = seed;
            damage(changed, random);
            EXPECT_NO_THROW(run(std::as_bytes(std::span(changed))));
        }
        ++files;
    }
    EXPECT_GT(files, 0);
}

TEST(Fuzz, Weights) {
    replay("weights", weights, 200);
}
TEST(Fuzz, Tflite) {
    replay("tflite", tflite, 200);
}
TEST(Fuzz, Media) {
    replay("media", media, 30);
}
TEST(Fuzz, Multipart) {
    replay("multipart", multipart, 500);
}
TEST(Fuzz, Request) {
    replay("request", request, 500);
}
TEST(Fuzz, Settings) {
    replay("settings", settings, 500);
}
TEST(Fuzz, WorkerProtocol) {
    replay("worker_protocol", worker_protocol, 500);
}

}  // namespace
}  // namespace syncnet::fuzz
