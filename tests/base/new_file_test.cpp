#include "base/new_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "base/error.h"
#include "base/number_text.h"

namespace syncnet {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using IfThere = NewFile::IfThere;

class NewFileTest : public testing::Test {
  protected:
    NewFileTest() {
        std::string pattern = (fs::temp_directory_path() / "new-file-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
    }
    ~NewFileTest() override { fs::remove_all(folder); }

    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    static std::string read(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder))
            found.push_back(entry.path().filename());
        return found;
    }
    ErrorCode code_of(const fs::path& place, IfThere if_there) const {
        try {
            NewFile file(place, if_there);
        } catch (const Error& e) {
            return e.code();
        }
        return ErrorCode::internal;
    }

    fs::path folder;
};

TEST_F(NewFileTest, IsThereOnceItIsPutInPlace) {
    NewFile file(folder / "out.mp4", IfThere::refuse);
    EXPECT_EQ(file.path().extension(), ".mp4");
    write(file.path(), "whole");
    EXPECT_FALSE(fs::exists(folder / "out.mp4"));
    file.put_in_place();
    EXPECT_EQ(read(folder / "out.mp4"), "whole");
    EXPECT_THAT(names(), testing::ElementsAre("out.mp4"));
}

TEST_F(NewFileTest, LeavesNoTraceWhereItIsGivenUp) {
    { const NewFile file(folder / "out.mp4", IfThere::refuse); }
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(NewFileTest, ReplacesOnlyWhereItMay) {
    const fs::path place = folder / "out.mp4";
    write(place, "old");
    EXPECT_EQ(code_of(place, IfThere::refuse), ErrorCode::cannot_write);
    EXPECT_EQ(read(place), "old");
    NewFile file(place, IfThere::replace);
    write(file.path(), "new");
    file.put_in_place();
    EXPECT_EQ(read(place), "new");
}

TEST_F(NewFileTest, DoesNotOverwriteWhatCameMeanwhile) {
    NewFile file(folder / "out.mp4", IfThere::refuse);
    write(folder / "out.mp4", "another's");
    EXPECT_THROW(file.put_in_place(), Error);
    EXPECT_EQ(read(folder / "out.mp4"), "another's");
}

TEST_F(NewFileTest, RefusesWhatIsNoFile) {
    EXPECT_EQ(code_of(folder, IfThere::replace), ErrorCode::cannot_write);
    EXPECT_EQ(code_of("/dev/null", IfThere::replace), ErrorCode::cannot_write);
    EXPECT_EQ(code_of(folder / "none" / "out.mp4", IfThere::refuse), ErrorCode::cannot_write);
}

TEST(NumberText, HasItsPlaces) {
    EXPECT_EQ(fixed_point(0.254, 2), "0.25");
    EXPECT_EQ(fixed_point(-3, 1), "-3.0");
    EXPECT_EQ(fixed_point(12.6, 0), "13");
}

}  // namespace
}  // namespace syncnet
