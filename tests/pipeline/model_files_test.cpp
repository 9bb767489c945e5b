#include "pipeline/model_files.h"

#include <gmock/gmock.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <set>

#include "base/unique_fd.h"

namespace syncnet::pipeline {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = SYNCNET_BINARY_DIR "/models";

class ModelFilesTest : public ::testing::Test {
  protected:
    ModelFilesTest() {
        std::string name = fs::temp_directory_path() / "syncnet-models-XXXXXX";
        options_.folder = ::mkdtemp(name.data());
        for (const auto& entry : fs::directory_iterator(kModels))
            if (entry.is_regular_file()) fs::copy(entry.path(), options_.folder);
    }
    ~ModelFilesTest() override { fs::remove_all(options_.folder); }

    fs::path calibration() const { return options_.folder / "lipsync.calibration.json"; }
    std::string digest() const { return ModelFiles(options_).digest(); }

    ModelOptions options_;
};

// Names of the files in a folder that are opened while `work` runs.
template <typename Work>
std::set<std::string> opened_in(const fs::path& folder, const Work& work) {
    const UniqueFd events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    EXPECT_GE(::inotify_add_watch(events.get(), folder.c_str(), IN_OPEN), 0);
    work();
    std::set<std::string> names;
    alignas(inotify_event) std::array<char, 16 << 10> bytes{};
    const ssize_t length = ::read(events.get(), bytes.data(), bytes.size());
    for (ssize_t at = 0; at < length;) {
        const auto* const event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
        if (event->len > 0) names.insert(event->name);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
    return names;
}

TEST_F(ModelFilesTest, AreAllThatAreLoaded) {
    const auto loaded = opened_in(options_.folder, [&] { (void)load_models(options_); });
    std::set<std::string> named;
    for (const fs::path& path : ModelFiles::named_by(options_))
        if (fs::exists(path)) named.insert(path.filename());
    named.erase("syncnet_v2.calibration.json");  // read where that model is
    EXPECT_EQ(loaded, named);
}

TEST_F(ModelFilesTest, CountByTheirContents) {
    const std::string before = digest();
    EXPECT_EQ(digest(), before);
    std::ofstream(options_.folder / "notes.txt") << "of no meaning";
    EXPECT_EQ(digest(), before);

    const auto time = fs::last_write_time(calibration());
    std::fstream(calibration(), std::ios::in | std::ios::out) << "[";  // as long as it was
    fs::last_write_time(calibration(), time);
    EXPECT_NE(digest(), before);
}

TEST_F(ModelFilesTest, KnowWhenTheyWereExchanged) {
    const ModelFiles files(options_);
    EXPECT_TRUE(files.unchanged());
    fs::copy(calibration(), options_.folder / "new");
    fs::rename(options_.folder / "new", calibration());
    EXPECT_FALSE(files.unchanged()) << "also by what is the same";
    const ModelFiles again(options_);
    fs::remove(calibration());
    EXPECT_FALSE(again.unchanged());
    const ModelFiles without(options_);
    EXPECT_NE(without.digest(), files.digest());
    EXPECT_TRUE(without.unchanged());
}

}  // namespace
}  // namespace syncnet::pipeline
