#include "syncnet/syncnet.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace syncnet {
namespace {

namespace fs = std::filesystem;

class ScorerTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        std::string name = testing::TempDir() + "scorer_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        const std::string make = SYNCNET_SOURCE_DIR "/scripts/make_sample ";
        ASSERT_EQ(std::system((make + clip().string() + " --seconds 3").c_str()), 0);
    }
    static void TearDownTestSuite() { fs::remove_all(folder_); }
    static fs::path clip() { return folder_ / "clip.mp4"; }

    // Of the error that the call ends with.
    template <typename Call>
    static std::string code(const Call& call) {
        try {
            call();
        } catch (const ScoreError& e) {
            return e.code;
        }
        return {};
    }

    static inline fs::path folder_;
    const Scorer scorer_{ScorerOptions{.models = SYNCNET_BINARY_DIR "/models"}};
};

TEST_F(ScorerTest, ScoresFilesAndBytesAlike) {
    const Answer from_file = scorer_.score_file(clip());
    ASSERT_TRUE(from_file.score);
    EXPECT_NEAR(*from_file.offset_frames, 0, 1);
    std::ifstream file(clip(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(scorer_.score_bytes(std::as_bytes(std::span(bytes))).json, from_file.json);
}

TEST_F(ScorerTest, TakesTheModelThatItIsTold) {
    ScorerOptions options{.models = SYNCNET_BINARY_DIR "/models", .model = "lipsync-grid"};
    const std::string answer = Scorer(options).score_file(clip()).json;
    EXPECT_NE(answer.find("\"name\":\"lipsync-grid\""), std::string::npos) << answer;
    options.model = "wav2lip";
    EXPECT_EQ(code([&] { (void)Scorer(options); }), "model_not_available");
}

TEST_F(ScorerTest, ServesManyThreadsAtOnce) {
    const std::string expected = scorer_.score_file(clip()).json;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { EXPECT_EQ(scorer_.score_file(clip()).json, expected); });
}

TEST_F(ScorerTest, NamesWhatIsWrong) {
    EXPECT_EQ(code([&] { (void)scorer_.score_file(folder_ / "absent.mp4"); }), "not_found");
    EXPECT_EQ(code([&] { (void)scorer_.score_bytes({}); }), "empty_file");
    EXPECT_EQ(code([&] { (void)Scorer(ScorerOptions{.models = folder_}); }), "bad_model");
}

}  // namespace
}  // namespace syncnet
