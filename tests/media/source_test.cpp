#include "media/source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

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

}  // namespace
}  // namespace syncnet::media
