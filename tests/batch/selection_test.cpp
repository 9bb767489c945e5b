#include "batch/selection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace syncnet::batch {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

class SelectionTest : public testing::Test {
  protected:
    SelectionTest() {
        fs::remove_all(folder);
        fs::create_directories(folder / "videos/deeper");
        std::ofstream(folder / "videos/deeper/a.mp4") << "a";
    }
    ~SelectionTest() override { fs::remove_all(folder); }

    const fs::path folder =
        fs::path(testing::TempDir()) / ("selection" + std::to_string(::getpid()));
    const fs::path video = folder / "videos/deeper/a.mp4";
};

TEST_F(SelectionTest, ListsAndCopiesWhatMatches) {
    Selection selection({.where = "score > 0.5",
                         .list = folder / "list.txt",
                         .copy_to = folder / "copies",
                         .below = folder / "videos"});
    for (const Row& row :
         {Row{.video = video, .score = 0.9}, Row{.video = folder / "gone.mp4", .score = 0.8},
          Row{.video = folder / "bad.mp4", .score = 0.1}})
        if (selection.matches({&row, 1})) selection.take(row.video);
    EXPECT_FALSE(fs::exists(folder / "list.txt"));  // there as a whole, or not
    selection.finish();
    EXPECT_EQ(text_of(folder / "list.txt"),
              video.string() + "\n" + (folder / "gone.mp4").string() + "\n");
    EXPECT_EQ(text_of(folder / "copies/deeper/a.mp4"), "a");
    EXPECT_EQ(selection.taken(), 2);
    EXPECT_EQ(selection.gone(), 1);
}

TEST_F(SelectionTest, TheLeadingRowDecides) {
    Selection selection({.where = "score > 0.5"});
    const std::vector<Row> rows{{.video = "a", .leading = true, .score = 0.1},
                                {.video = "a", .leading = false, .score = 0.9}};
    EXPECT_FALSE(selection.matches(rows));
}

TEST_F(SelectionTest, WithoutAConditionWhatHasAnAnswer) {
    Selection selection({});
    const Row row{.video = "a"}, failed = error_row("b", ErrorCode::empty_file, "");
    EXPECT_TRUE(selection.matches({&row, 1}));
    EXPECT_FALSE(selection.matches({&failed, 1}));
}

TEST_F(SelectionTest, AHalfCopyIsMadeAgain) {
    fs::create_directories(folder / "copies/deeper");
    std::ofstream(folder / "copies/deeper/a.mp4") << "";
    Selection selection({.copy_to = folder / "copies", .below = folder / "videos"});
    selection.take(video);
    EXPECT_EQ(text_of(folder / "copies/deeper/a.mp4"), "a");
}

TEST(PlaceOfCopy, StaysBelowTheFolder) {
    EXPECT_EQ(place_of_copy("videos/deeper/a.mp4", "videos"), "deeper/a.mp4");
    EXPECT_EQ(place_of_copy("./videos/a.mp4", "videos/"), "a.mp4");
    EXPECT_EQ(place_of_copy("/data/a.mp4", ""), "data/a.mp4");
    EXPECT_EQ(place_of_copy("../../etc/a.mp4", ""), "etc/a.mp4");
    EXPECT_EQ(place_of_copy("../a.mp4", "videos"), "a.mp4");
}

}  // namespace
}  // namespace syncnet::batch
