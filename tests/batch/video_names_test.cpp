#include "batch/video_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/unique_fd.h"

namespace syncnet::batch {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

TEST(VideoNames, FoldersAreSearchedAndLinksAreNotFollowed) {
    const fs::path root = fs::path(testing::TempDir()) / ("names" + std::to_string(::getpid()));
    fs::create_directories(root / "in/deep.mp4");
    for (const char* name : {"in/a.MP4", "in/deep.mp4/b.webm", "in/notes.txt", "outside.mp4"})
        std::ofstream(root / name) << 'x';
    fs::create_directory_symlink(root, root / "in/up");
    fs::create_symlink(root / "outside.mp4", root / "in/link.mp4");
    std::vector<std::string> found;
    videos_below(root / "in", [&](std::string name) {
        found.push_back(fs::path(name).lexically_relative(root).string());
        return true;
    });
    EXPECT_THAT(found, UnorderedElementsAre("in/a.MP4", "in/deep.mp4/b.webm"));
    fs::remove_all(root);
}

TEST(VideoNames, LinesComeAsTheyAreWritten) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    const std::string text = "a.mp4\r\n\n b c.mp4\nlast";
    ASSERT_EQ(::write(out.get(), text.data(), text.size()), std::ssize(text));
    std::vector<std::string> found;
    names_from(in.get(), {}, [&](std::string name) {
        found.push_back(std::move(name));
        if (found.size() == 2) out = UniqueFd();  // only now: the first ones did not wait for it
        return true;
    });
    EXPECT_THAT(found, ElementsAre("a.mp4", " b c.mp4", "last"));
}

TEST(VideoNames, AStopEndsTheWaiting) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const UniqueFd in(ends[0]), out(ends[1]);
    std::stop_source stop;
    const std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    names_from(in.get(), stop.get_token(), [](const std::string&) { return true; });
}

}  // namespace
}  // namespace syncnet::batch
