#include "nn/arena.h"

#include <gtest/gtest.h>

namespace syncnet::nn {
namespace {

TEST(Arena, ValuesThatLiveTogetherDoNotOverlap) {
    std::vector<ArenaValue> values;
    for (int i = 0; i < 20; ++i)
        values.push_back(
            {.bytes = static_cast<std::size_t>(100 + 37 * i), .born = i, .dies = i + 1 + i % 4});
    const auto layout = plan_arena(values);
    for (std::size_t a = 0; a < values.size(); ++a)
        for (std::size_t b = a + 1; b < values.size(); ++b) {
            if (values[a].dies < values[b].born) continue;
            EXPECT_TRUE(layout.offsets[a] + values[a].bytes <= layout.offsets[b] ||
                        layout.offsets[b] + values[b].bytes <= layout.offsets[a])
                << a << " and " << b;
        }
}

TEST(Arena, MemoryIsUsedAgain) {
    std::vector<ArenaValue> values;
    for (int i = 0; i < 100; ++i) values.push_back({.bytes = 1024, .born = i, .dies = i + 1});
    EXPECT_LE(plan_arena(values).bytes, 3 * 1024U);
}

TEST(Arena, AnAliasKeepsItsOwnerAlive) {
    const auto layout = plan_arena({{.bytes = 64, .born = 0, .dies = 1},
                                    {.bytes = 64, .born = 1, .dies = 3, .alias = 0},
                                    {.bytes = 64, .born = 2, .dies = 3}});
    EXPECT_EQ(layout.offsets[0], layout.offsets[1]);
    EXPECT_NE(layout.offsets[0], layout.offsets[2]);
}

}  // namespace
}  // namespace syncnet::nn
