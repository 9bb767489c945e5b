// A short run of every fuzzer, the same each time: what it begins with and what it has found
// (fuzz/seeds/TARGET/*), and each of these with a few bytes changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz/budget.h"
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

// FUZZ_ROUNDS times as many changes, where it is set; FUZZ_SEED for others.
int from_environment(const char* name, int otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
}

void replay(const char* target, void (*target_run)(std::span<const std::byte>), int mutations) {
    mutations *= from_environment("FUZZ_ROUNDS", 1);
    const auto run = [target_run](std::span<const std::byte> bytes) {
        const Budget budget(bytes.size());
        target_run(bytes);
    };
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(SYNCNET_SOURCE_DIR "/fuzz/seeds") / target)) {
        SCOPED_TRACE(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const Bytes seed{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NO_THROW(run(std::as_bytes(std::span(seed))));
        std::mt19937 random(static_cast<unsigned>(from_environment("FUZZ_SEED", 1)));
        for (int i = 0; i < mutations; ++i) {
            Bytes changed = seed;
            damage(changed, random);
            EXPECT_NO_THROW(run(std::as_bytes(std::span(changed))));
        }
        ++files;
    }
    EXPECT_GT(files, 0);
}

TEST(Fuzz, Calibration) {
    replay("calibration", calibration, 300);
}
TEST(Fuzz, Connection) {
    replay("connection", connection, 300);
}
TEST(Fuzz, Keys) {
    replay("keys", keys, 300);
}
TEST(Fuzz, Pipeline) {
    replay("media", pipeline, 5);
}
TEST(Fuzz, PublicAddress) {
    replay("public_address", public_address, 2000);
}
TEST(Fuzz, Remux) {
    replay("media", remux, 5);
}
TEST(Fuzz, Store) {
    replay("store", store, 20);
}
TEST(Fuzz, Tables) {
    replay("tables", tables, 300);
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
