#include "service/upload_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"

namespace syncnet::service {
namespace {

namespace fs = std::filesystem;

class UploadFolderTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "upload_folder_XXXXXX";
        base_ = ::mkdtemp(name.data());
        root_ = base_ / "uploads";
        fs::create_directories(root_ / "sub");
        std::ofstream(root_ / "a.mp4") << "video";
        std::ofstream(root_ / "sub" / "b.mp4") << "video";
        std::ofstream(base_ / "secret") << "secret";
    }
    void TearDown() override { fs::remove_all(base_); }

    ErrorCode refusal(const std::string& path) const {
        try {
            (void)UploadFolder(root_).open(path);
        } catch (const Error& e) {
            return e.code();
        }
        ADD_FAILURE() << path << " was opened";
        return ErrorCode::internal;
    }

    fs::path base_, root_;
};

TEST_F(UploadFolderTest, OpensWhatLiesInside) {
    const UploadFolder folder(root_);
    EXPECT_TRUE(folder.open("a.mp4"));
    EXPECT_TRUE(folder.open("sub/b.mp4"));
    EXPECT_TRUE(folder.open("sub/../a.mp4"));
    EXPECT_TRUE(folder.open((root_ / "sub/b.mp4").string()));
}

TEST_F(UploadFolderTest, RefusesWhatLeadsOut) {
    fs::create_symlink(base_ / "secret", root_ / "link");
    fs::create_directory_symlink(base_, root_ / "dir");
    for (const auto& path :
         {std::string("../secret"), std::string("sub/../../secret"), std::string("/etc/passwd"),
          (base_ / "secret").string(), (root_ / "../secret").string(), std::string("link"),
          std::string("dir/secret"), root_.string() + "2/x"})
        EXPECT_EQ(refusal(path), ErrorCode::path_not_allowed) << path;
}

TEST_F(UploadFolderTest, RefusesWhatIsNoFile) {
    ASSERT_EQ(::mkfifo((root_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(refusal("fifo"), ErrorCode::unsupported_media);
    EXPECT_EQ(refusal("sub"), ErrorCode::unsupported_media);
    EXPECT_EQ(refusal("absent.mp4"), ErrorCode::not_found);
    EXPECT_EQ(refusal(std::string("a.mp4\0x", 7)), ErrorCode::invalid_request);
    EXPECT_EQ(refusal(""), ErrorCode::invalid_request);
    EXPECT_EQ(refusal(std::string(300, 'x')), ErrorCode::invalid_request);
}

TEST_F(UploadFolderTest, MakesItsFolder) {
    const fs::path fresh = base_ / "new" / "folder";
    EXPECT_NO_THROW(UploadFolder{fresh});
    EXPECT_TRUE(fs::is_directory(fresh));
    EXPECT_THROW(UploadFolder{base_ / "secret"}, Error);
}

}  // namespace
}  // namespace syncnet::service
