#include "service/auth/rate_limiter.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

using namespace std::chrono_literals;

const RateLimiter::Clock::time_point kStart{1h};

int allowed_at_once(RateLimiter& limiter, const std::string& client, Rate rate,
                    RateLimiter::Clock::time_point now) {
    int count = 0;
    while (limiter.take(client, rate, now).allowed) ++count;
    return count;
}

TEST(RateLimiter, AllowsABurstAndThenTheRate) {
    RateLimiter limiter;
    const Rate rate{.per_minute = 30, .burst = 3};
    for (const int left : {2, 1, 0}) {
        const auto answer = limiter.take("a", rate, kStart);
        EXPECT_TRUE(answer.allowed);
        EXPECT_EQ(answer.remaining, left);
        EXPECT_EQ(answer.retry_after, 0s);
    }
    const auto refused = limiter.take("a", rate, kStart);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.remaining, 0);
    EXPECT_EQ(refused.retry_after, 2s);
    EXPECT_EQ(limiter.take("a", rate, kStart + 1100ms).retry_after, 1s) << "rounded up";
    EXPECT_TRUE(limiter.take("a", rate, kStart + 2s).allowed) << "refusals cost nothing";
    EXPECT_FALSE(limiter.take("a", rate, kStart + 2s).allowed);
    EXPECT_EQ(allowed_at_once(limiter, "a", rate, kStart + 1h), 3)
        << "no more than a burst is saved";
}

TEST(RateLimiter, OverAMinuteTheRateHolds) {
    RateLimiter limiter;
    const Rate rate{.per_minute = 7, .burst = 1};
    int count = 0;
    for (auto t = 0ms; t < 10min; t += 100ms)
        if (limiter.take("a", rate, kStart + t).allowed) ++count;
    EXPECT_NEAR(count, 70, 1);
}

TEST(RateLimiter, ClientsDoNotShareABucket) {
    RateLimiter limiter;
    const Rate rate{.per_minute = 60, .burst = 2};
    EXPECT_EQ(allowed_at_once(limiter, "a", rate, kStart), 2);
    EXPECT_EQ(allowed_at_once(limiter, "b", rate, kStart), 2);
}

TEST(RateLimiter, ALowerRateAppliesAtOnce) {
    RateLimiter limiter;
    (void)allowed_at_once(limiter, "a", {.per_minute = 1, .burst = 100}, kStart);
    const Rate lower{.per_minute = 60, .burst = 1};
    EXPECT_LE(limiter.take("a", lower, kStart).retry_after, 1s);
}

TEST(RateLimiter, ForgetsFullBucketsFirst) {
    RateLimiter limiter(3);
    const Rate rate{.per_minute = 60, .burst = 5};
    EXPECT_EQ(allowed_at_once(limiter, "greedy", rate, kStart), 5);
    for (int i = 0; i < 1000; ++i) {
        const auto answer = limiter.take("client " + std::to_string(i), rate, kStart);
        EXPECT_TRUE(answer.allowed);
    }
    EXPECT_EQ(limiter.clients(), 3U);
    EXPECT_FALSE(limiter.take("greedy", rate, kStart).allowed) << "many names wash nobody clean";
}

}  // namespace
}  // namespace syncnet::service
