#include "service/auth/shares.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

using enum Shares::Answer;

TEST(Shares, AreLimitedForOneAndForAll) {
    Shares shares(10, 6);
    Shares::Share a(shares, "a"), again(shares, "a"), b(shares, "b"), c(shares, "c");
    EXPECT_EQ(a.take(4), granted);
    EXPECT_EQ(again.take(3), too_much_for_one) << "the same holder";
    EXPECT_EQ(again.take(2), granted);
    EXPECT_EQ(b.take(5), too_much_for_all);
    EXPECT_EQ(b.take(4), granted);
    EXPECT_EQ(c.judge(1), too_much_for_all);
    EXPECT_EQ(shares.total(), 10);
}

TEST(Shares, AreGivenBack) {
    Shares shares(10, 10);
    {
        Shares::Share a(shares, "a");
        EXPECT_EQ(a.take(10), granted);
        const Shares::Share moved = std::move(a);
        EXPECT_EQ(shares.total(), 10);
    }
    EXPECT_EQ(shares.total(), 0);
    Shares::Share b(shares, "b");
    EXPECT_EQ(b.take(10), granted);
    b = Shares::Share(shares, "c");
    EXPECT_EQ(shares.total(), 0);
}

}  // namespace
}  // namespace syncnet::service
