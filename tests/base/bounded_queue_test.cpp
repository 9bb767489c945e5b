#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace syncnet {
namespace {

TEST(BoundedQueue, HandsOverInOrder) {
    BoundedQueue<int> queue(3);
    std::jthread producer([&] {
        for (int i = 0; i < 1000; ++i) EXPECT_TRUE(queue.push(i));
        queue.close();
    });
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(queue.pop(), i);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, ClosingWakesTheProducer) {
    BoundedQueue<int> queue(1);
    EXPECT_TRUE(queue.push(1));
    std::jthread producer([&] { EXPECT_FALSE(queue.push(2)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    queue.close();
}

}  // namespace
}  // namespace syncnet
