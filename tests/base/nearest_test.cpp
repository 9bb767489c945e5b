#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace syncnet {
namespace {

constexpr std::array<std::string_view, 4> kWords{"score", "batch", "windows", "face"};

TEST(Nearest, FindsWhatWasMeant) {
    EXPECT_EQ(nearest("scroe", kWords), "score");
    EXPECT_EQ(nearest("window", kWords), "windows");
    EXPECT_EQ(nearest("facee", kWords), "face");
    EXPECT_EQ(nearest("score", kWords), "score");
}

TEST(Nearest, AnotherWordIsNoSlip) {
    EXPECT_FALSE(nearest("zzz", kWords));
    EXPECT_FALSE(nearest("", kWords));
    EXPECT_FALSE(nearest(std::string(1000, 's'), kWords));
}

}  // namespace
}  // namespace syncnet
