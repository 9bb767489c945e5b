#include "service/storage/upload_folders.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"

namespace syncnet::service {
namespace {

namespace fs = std::filesystem;

class UploadFoldersTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "upload_folders_XXXXXX";
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
            (void)folders().open(path);
        } catch (const Error& e) {
            return e.code();
        }
        ADD_FAILURE() << path << " was opened";
        return ErrorCode::internal;
    }

    UploadFolders folders() const { return {root_.string(), UploadFolders::Named::by_operator}; }

    fs::path base_, root_;
};

TEST_F(UploadFoldersTest, OpensWhatLiesInside) {
    UploadFolders folders = this->folders();
    EXPECT_TRUE(folders.open("a.mp4"));
    EXPECT_TRUE(folders.open("sub/b.mp4"));
    EXPECT_TRUE(folders.open("sub/../a.mp4"));
    EXPECT_TRUE(folders.open((root_ / "sub/b.mp4").string()));
}

TEST_F(UploadFoldersTest, RefusesWhatLeadsOut) {
    fs::create_symlink(base_ / "secret", root_ / "link");
    fs::create_directory_symlink(base_, root_ / "dir");
    for (const auto& path :
         {std::string("../secret"), std::string("sub/../../secret"), std::string("/etc/passwd"),
          (base_ / "secret").string(), (root_ / "../secret").string(), std::string("link"),
          std::string("dir/secret"), root_.string() + "2/x"})
        EXPECT_EQ(refusal(path), ErrorCode::path_not_allowed) << path;
}

TEST_F(UploadFoldersTest, RefusesWhatIsNoFile) {
    ASSERT_EQ(::mkfifo((root_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(refusal("fifo"), ErrorCode::unsupported_media);
    EXPECT_EQ(refusal("sub"), ErrorCode::unsupported_media);
    EXPECT_EQ(refusal("absent.mp4"), ErrorCode::not_found);
    EXPECT_EQ(refusal(std::string("a.mp4\0x", 7)), ErrorCode::invalid_request);
    EXPECT_EQ(refusal(""), ErrorCode::invalid_request);
    EXPECT_EQ(refusal(std::string(300, 'x')), ErrorCode::invalid_request);
}

TEST_F(UploadFoldersTest, MakesFoldersThatAreNamed) {
    const fs::path fresh = base_ / "new" / "folder";
    const auto named = [](const fs::path& list) {
        return UploadFolders(list.string(), UploadFolders::Named::by_operator);
    };
    EXPECT_NO_THROW(named(fresh));
    EXPECT_TRUE(fs::is_directory(fresh));
    EXPECT_THROW(named(base_ / "secret"), Error);
    EXPECT_THROW(named(root_.string() + ":" + (base_ / "secret").string()), Error);
    EXPECT_THROW(named(":"), Error);
}

TEST_F(UploadFoldersTest, TheFirstThatHasTheFileCounts) {
    fs::create_directories(base_ / "more");
    std::ofstream(base_ / "more/a.mp4") << "another video";
    std::ofstream(base_ / "more/c.mp4") << "video";
    UploadFolders folders(root_.string() + ":" + (base_ / "more").string(),
                          UploadFolders::Named::by_operator);
    const auto size = [&](const std::string& path) {
        struct stat status {};
        ::fstat(folders.open(path).get(), &status);
        return status.st_size;
    };
    EXPECT_EQ(size("a.mp4"), 5);
    EXPECT_EQ(size("c.mp4"), 5);
    EXPECT_EQ(size((base_ / "more/a.mp4").string()), 13);
    for (const char* path : {"../secret", "../uploads/a.mp4"})
        EXPECT_THROW(folders.open(path), Error) << path;
    EXPECT_THROW(folders.open((base_ / "secret").string()), Error);
}

// Where the service runs, the default folders are its own.
class DefaultFoldersTest : public UploadFoldersTest {
  protected:
    void SetUp() override {
        UploadFoldersTest::SetUp();
        before_ = fs::current_path();
        fs::current_path(base_);
    }
    void TearDown() override {
        fs::current_path(before_);
        UploadFoldersTest::TearDown();
    }
    static bool opens(UploadFolders& folders, const fs::path& path) {
        try {
            return static_cast<bool>(folders.open(path.string()));
        } catch (const Error&) {
            return false;
        }
    }
    UploadFolders defaults() const {
        return {"uploads:tmp/uploads:" + (base_ / "shared/uploads").string(),
                UploadFolders::Named::by_default};
    }
    fs::path make(const fs::path& folder) const {
        fs::create_directories(base_ / folder);
        std::ofstream(base_ / folder / "x.mp4") << "video";
        return base_ / folder / "x.mp4";
    }

    fs::path before_;
};

TEST_F(DefaultFoldersTest, CountFromWhenTheyAreThere) {
    fs::remove_all(root_);
    UploadFolders folders = defaults();
    EXPECT_TRUE(fs::is_directory("uploads"));
    EXPECT_FALSE(fs::exists("tmp"));
    EXPECT_FALSE(opens(folders, "x.mp4"));
    const fs::path video = make("tmp/uploads");
    EXPECT_TRUE(opens(folders, "x.mp4"));
    EXPECT_TRUE(opens(folders, "tmp/uploads/x.mp4"));
    EXPECT_TRUE(opens(folders, "./tmp/uploads/x.mp4"));
    EXPECT_TRUE(opens(folders, video));
    EXPECT_FALSE(opens(folders, base_ / "secret"));
    EXPECT_FALSE(opens(folders, "tmp/uploads/../../secret"));
    EXPECT_TRUE(opens(folders, make("shared/uploads")));
}

TEST_F(DefaultFoldersTest, AreNotTrustedWhereAnybodyCouldHaveLaidThem) {
    const fs::path video = make("shared/uploads");
    UploadFolders before = defaults();
    EXPECT_TRUE(opens(before, video));

    const fs::path shared = base_ / "shared";
    fs::permissions(shared, fs::perms::all);
    UploadFolders open_to_all = defaults();
    EXPECT_FALSE(opens(open_to_all, video));
    fs::permissions(shared, fs::perms::all | fs::perms::sticky_bit);  // as /tmp is
    UploadFolders like_tmp = defaults();
    EXPECT_TRUE(opens(like_tmp, video));
    if (::chown((shared / "uploads").c_str(), 12'345, 12'345) != 0)
        GTEST_SKIP() << "only root can give a folder away";
    UploadFolders not_ours = defaults();
    EXPECT_FALSE(opens(not_ours, video));
    UploadFolders named((shared / "uploads").string(), UploadFolders::Named::by_operator);
    EXPECT_TRUE(opens(named, video)) << "the operator may know better";
}

TEST_F(DefaultFoldersTest, MayBelongToAnybodyWhereNotEverybodyWrites) {
    const fs::path video = make("tmp/uploads");  // as a folder that is mounted into a container
    if (::chown("tmp", 12'345, 12'345) != 0 || ::chown("tmp/uploads", 12'345, 12'345) != 0)
        GTEST_SKIP() << "only root can give a folder away";
    UploadFolders folders = defaults();
    EXPECT_TRUE(opens(folders, video));
}

TEST_F(DefaultFoldersTest, AreNoSymlinks) {
    const fs::path video = make("elsewhere");
    fs::create_directories("tmp");
    fs::create_directory_symlink(base_ / "elsewhere", "tmp/uploads");
    UploadFolders folders = defaults();
    EXPECT_FALSE(opens(folders, video));
    EXPECT_FALSE(opens(folders, "x.mp4"));
}

}  // namespace
}  // namespace syncnet::service
