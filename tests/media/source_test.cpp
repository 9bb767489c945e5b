#include "media/source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

ErrorCode failure_of(const std::filesystem::path& path) {
    try {
        Source::from_path(path);
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::internal;
}

TEST(Source, ReadsAnywhere) {
    std::vector<std::byte> bytes(100);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    const auto path = write("bytes", bytes);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY));
    ::lseek(fd.get(), 50, SEEK_SET);

    for (const Source& source :
         {Source::from_path(path), Source::from_fd(fd.get()), Source::from_bytes(bytes)}) {
        std::array<std::byte, 20> into = {};
        EXPECT_EQ(source.size(), 100);
        EXPECT_EQ(source.read_at(10, into), 20);
        EXPECT_EQ(into[0], std::byte{10});
        EXPECT_EQ(source.read_at(95, into), 5);
        EXPECT_EQ(into[4], std::byte{99});
        EXPECT_EQ(source.read_at(100, into), 0);
        EXPECT_EQ(source.read_at(-1, into), 0);
    }
    EXPECT_EQ(::lseek(fd.get(), 0, SEEK_CUR), 50);
}

TEST(Source, Refusals) {
    EXPECT_EQ(failure_of("/nonexistent/video.mp4"), ErrorCode::not_found);
    EXPECT_EQ(failure_of(write("empty.mp4", {})), ErrorCode::empty_file);
    EXPECT_EQ(failure_of("/"), ErrorCode::unsupported_media);
    EXPECT_EQ(failure_of("/dev/zero"), ErrorCode::unsupported_media);
    const auto pipe = write("pipe", {}).parent_path() / "fifo";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(failure_of(pipe), ErrorCode::unsupported_media);
    EXPECT_THROW(Source::from_bytes({}), Error);
    EXPECT_THROW(Source::from_fd(-1), Error);
}

TEST(Source, AReaderReadsFromMemory) {
    const auto bytes = bytes_of(make("memory.mp4", flash(0.2, 0.4) + "-c:v libx264"));
    Reader reader(Source::from_bytes(bytes), {});
    int frames = 0;
    while (reader.next()) ++frames;
    EXPECT_EQ(frames, 10);
}

struct Growing {
    UniqueFd writing, reading, more, more_there;

    explicit Growing(const std::string& name) {
        const auto path = write(name, {});
        writing = UniqueFd(::open(path.c_str(), O_WRONLY | O_APPEND));
        reading = UniqueFd(::open(path.c_str(), O_RDONLY));
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
        more_there = UniqueFd(ends[0]);
        more = UniqueFd(ends[1]);
    }
    void append(std::span<const std::byte> bytes) const {
        ASSERT_EQ(::write(writing.get(), bytes.data(), bytes.size()), std::ssize(bytes));
        ASSERT_EQ(::write(more.get(), "", 1), 1);
    }
    void complete() { more = UniqueFd(); }
};

TEST(GrowingSource, SeesWhatIsAddedAndKnowsTheEnd) {
    Growing file("growing");
    const Source source = Source::from_growing(file.reading.get(), file.more_there.get());
    EXPECT_TRUE(source.growing());
    std::array<std::byte, 20> into = {};
    EXPECT_EQ(source.read_at(0, into), 0);
    EXPECT_TRUE(source.wait(std::chrono::milliseconds(1)));
    file.append(std::vector<std::byte>(12));
    EXPECT_TRUE(source.wait(std::chrono::seconds(10)));
    EXPECT_EQ(source.read_at(0, into), 12);
    file.append(std::vector<std::byte>(3));
    file.complete();
    EXPECT_TRUE(source.wait(std::chrono::seconds(10)));
    EXPECT_FALSE(source.wait(std::chrono::seconds(10)));
    EXPECT_EQ(source.read_at(10, into), 5);
    EXPECT_FALSE(source.again().wait(std::chrono::seconds(10)));
}

TEST(GrowingSource, IsARegularFile) {
    const Growing file("regular");
    EXPECT_THROW(Source::from_growing(file.more_there.get(), file.more_there.get()), Error);
    EXPECT_THROW(Source::from_growing(-1, file.more_there.get()), Error);
}

// As a browser records: bytes come a few at a time, and so do the frames.
TEST(GrowingSource, AReaderKeepsUpWithARecording) {
    const auto bytes = bytes_of(
        make("recorded.webm",
             flash(1, 4) + "-c:v libvpx -deadline realtime -g 25 -cluster_time_limit 200"));
    const std::span<const std::byte> all(bytes);
    Growing file("live");
    std::atomic<int> frames = 0;
    std::jthread reading([&] {
        Reader reader(Source::from_growing(file.reading.get(), file.more_there.get()), {});
        while (const auto item = reader.next())
            if (std::holds_alternative<Frame>(*item)) ++frames;
    });
    const std::size_t most = all.size() * 3 / 4;
    for (std::size_t at = 0; at < most; at += 1000)
        file.append(all.subspan(at, std::min<std::size_t>(1000, most - at)));
    // What has come is decoded, though more may come.
    for (int tries = 0; tries < 1000 && frames < 50; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_GE(frames, 50);
    EXPECT_LT(frames, 100);
    file.append(all.subspan(most));
    file.complete();
    reading.join();
    EXPECT_EQ(frames, 100);
}

TEST(GrowingSource, AnIndexAtTheEndIsWaitedFor) {
    const auto bytes = bytes_of(make("index_last.mp4", flash(0.2, 0.4) + "-c:v libx264"));
    Growing file("index_last");
    const std::jthread writing([&] {
        for (std::size_t at = 0; at < bytes.size(); at += 500) {
            file.append(
                std::span(bytes).subspan(at, std::min<std::size_t>(500, bytes.size() - at)));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        file.complete();
    });
    Reader reader(Source::from_growing(file.reading.get(), file.more_there.get()), {});
    int frames = 0;
    while (reader.next()) ++frames;
    EXPECT_EQ(frames, 10);
}

TEST(GrowingSource, WhoeverWaitsCanBeStopped) {
    const auto bytes = bytes_of(make("stopped.mkv", flash(0.2, 0.4) + "-c:v libx264"));
    Growing file("stopped");
    file.append(std::span(bytes).first(200));
    std::atomic<bool> enough = false;
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        enough = true;
    });
    const Options options{.check = [&] {
        if (enough) throw Error(ErrorCode::cancelled, "enough");
    }};
    try {
        const Reader reader(Source::from_growing(file.reading.get(), file.more_there.get()), {},
                            options);
        FAIL() << "it waited for nobody";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }
}

}  // namespace
}  // namespace syncnet::media
