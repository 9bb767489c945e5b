#include "service/metrics/async_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "base/unique_fd.h"

namespace syncnet::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::steady_clock;

class AsyncLogTest : public ::testing::Test {
  protected:
    AsyncLogTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        reading_ = UniqueFd(ends[0]);
        writing_ = UniqueFd(ends[1]);
    }
    ~AsyncLogTest() override { spdlog::set_default_logger(before_); }

    // Until all writers are gone.
    static std::string rest_of(int fd) {
        std::string text;
        std::array<char, 4096> piece{};
        for (ssize_t length = 0; (length = ::read(fd, piece.data(), piece.size())) > 0;)
            text.append(piece.data(), static_cast<std::size_t>(length));
        return text;
    }

    // More than pipe and queue hold together.
    static void say_too_much() {
        const std::string line(1000, 'x');
        for (std::size_t said = 0; said < 2 * kMaxUnwrittenLogBytes; said += line.size())
            spdlog::info("{}", line);
    }

    UniqueFd reading_, writing_;
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(AsyncLogTest, NothingIsLostAtTheEnd) {
    std::string text;
    {
        std::thread reader;
        {
            const AsyncLog log(writing_.get(), "info");
            reader = std::thread([&] {
                std::this_thread::sleep_for(std::chrono::milliseconds(200));  // a slow one
                text = rest_of(reading_.get());
            });
            for (int i = 0; i < 5000; ++i) spdlog::info("line {} of many, {}", i, "to and fro");
            spdlog::debug("too much detail");
            EXPECT_EQ(log.dropped(), 0);
        }
        writing_ = UniqueFd();
        reader.join();
    }
    EXPECT_EQ(std::ranges::count(text, '\n'), 5000);
    EXPECT_THAT(text, HasSubstr("line 4999 of many"));
    EXPECT_THAT(text, Not(HasSubstr("too much detail")));
}

TEST_F(AsyncLogTest, AStuckReaderHoldsUpNobody) {
    std::int64_t dropped = 0;
    std::string end;
    std::thread reader;
    {
        const AsyncLog log(writing_.get(), "info");
        say_too_much();
        dropped = log.dropped();
        EXPECT_GT(dropped, 500);

        std::string text;  // now it goes on
        while (text.size() < kMaxUnwrittenLogBytes / 4 * 3) {
            std::array<char, 4096> piece{};
            const ssize_t length = ::read(reading_.get(), piece.data(), piece.size());
            ASSERT_GT(length, 0);
            text.append(piece.data(), static_cast<std::size_t>(length));
        }
        for (std::int64_t before = -1; before != dropped;) {  // as soon as there is room
            before = dropped;
            spdlog::info("at last");
            dropped = log.dropped();
        }
        reader = std::thread([&] { end = rest_of(reading_.get()); });
    }
    writing_ = UniqueFd();
    reader.join();
    const auto gap = end.find(std::to_string(dropped) + " lines of the log were lost");
    ASSERT_NE(gap, std::string::npos) << end;
    EXPECT_LT(gap, end.find("at last")) << "it is told where it is";
}

TEST_F(AsyncLogTest, TheEndDoesNotWaitForAStuckReader) {
    const auto start = Clock::now();
    {
        const AsyncLog log(writing_.get(), "info");
        say_too_much();
    }
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

TEST_F(AsyncLogTest, WhatCanNotBeWrittenIsCounted) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    const AsyncLog log(full.get(), "info");
    for (int i = 0; i < 10; ++i) spdlog::info("line {}", i);
    const auto end = Clock::now() + std::chrono::seconds(10);
    while (log.dropped() < 10 && Clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(log.dropped(), 10);
}

}  // namespace
}  // namespace syncnet::service
