#include "service/quarantine.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

using namespace std::chrono_literals;

TEST(Quarantine, HoldsForAWhile) {
    const auto now = Quarantine::Clock::now();
    Quarantine quarantine(60s);
    quarantine.add("a", now);
    quarantine.add("b", now + 30s);
    quarantine.add("a", now + 40s);  // does not begin anew
    EXPECT_TRUE(quarantine.holds("a", now + 59s));
    EXPECT_FALSE(quarantine.holds("c", now));
    EXPECT_FALSE(quarantine.holds("a", now + 61s));
    EXPECT_TRUE(quarantine.holds("b", now + 61s));
}

TEST(Quarantine, HoldsOnlySoMany) {
    const auto now = Quarantine::Clock::now();
    Quarantine quarantine(60s);
    for (std::size_t i = 0; i <= kMaxQuarantined; ++i) quarantine.add(std::to_string(i), now);
    EXPECT_FALSE(quarantine.holds("0", now));
    EXPECT_TRUE(quarantine.holds(std::to_string(kMaxQuarantined), now));
}

}  // namespace
}  // namespace syncnet::service
