#include "syncnet/analyzer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "api/clip_files.h"
#include "syncnet/syncnet.h"

namespace syncnet {
namespace {

using api_test::Clip;

const AnalyzerOptions kOptions{.models = SYNCNET_BINARY_DIR "/models"};

class AnalyzerTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { clip_ = std::make_unique<Clip>(); }
    static void TearDownTestSuite() { clip_.reset(); }

    // Of the error that the call ends with.
    template <typename Call>
    static std::string code(const Call& call) {
        try {
            call();
        } catch (const Error& e) {
            return std::string(e.info().name);
        }
        return {};
    }

    static inline std::unique_ptr<Clip> clip_;
    const Analyzer analyzer_{kOptions};
};

TEST_F(AnalyzerTest, AnalyzesFilesBytesAndDescriptorsAlike) {
    const Result from_file = analyzer_.analyze_file(clip_->file());
    EXPECT_EQ(from_file.decision, Decision::allow);
    ASSERT_TRUE(from_file.measurement);
    EXPECT_NEAR(from_file.measurement->offset_frames, 0, 1);
    EXPECT_GE(from_file.score.value(), 0.9);
    const std::vector<char> bytes = clip_->bytes();
    EXPECT_EQ(analyzer_.analyze_bytes(std::as_bytes(std::span(bytes))).json, from_file.json);
    const int fd = ::open(clip_->file().c_str(), O_RDONLY);
    EXPECT_EQ(analyzer_.analyze_fd(fd).json, from_file.json);
    EXPECT_EQ(::close(fd), 0) << "it stays the caller's";
}

TEST_F(AnalyzerTest, TellsWhatTheDecisionIsMadeOf) {
    Request request;
    request.windows = WindowOptions{};
    const Result result = analyzer_.analyze_file(clip_->file(), request);
    ASSERT_EQ(result.faces.size(), 1U);
    const Face& face = result.faces.front();
    EXPECT_NEAR(face.seen.end_s - face.seen.start_s, 4, 0.1);
    EXPECT_FALSE(face.read.empty());
    EXPECT_FALSE(face.spoke.empty());
    EXPECT_LT(face.mean_box.left, face.mean_box.right);
    EXPECT_EQ(result.reasons.front().code, "in_sync");
    EXPECT_NEAR(result.evidence.video_s, 4, 0.1);
    EXPECT_GT(result.evidence.readable_s, 1);
    EXPECT_FALSE(result.model.as_published);

    const auto nearest = std::ranges::min_element(
        result.curve, {}, [](const CurvePoint& point) { return point.distance.value_or(1e9); });
    ASSERT_NE(nearest, result.curve.end());
    EXPECT_EQ(nearest->offset_frames, result.measurement->offset_frames);
    EXPECT_EQ(result.curve.front().offset_frames, -50);
    EXPECT_EQ(result.curve.size(), 101U);

    EXPECT_GE(result.windows.size(), 3U);
    EXPECT_FALSE(result.speakers.empty());
    EXPECT_TRUE(analyzer_.analyze_file(clip_->file()).windows.empty()) << "nobody asked";
}

TEST_F(AnalyzerTest, TakesTheModelThatItIsTold) {
    AnalyzerOptions options = kOptions;
    options.model = "lipsync-grid";
    EXPECT_EQ(Analyzer(options).analyze_file(clip_->file()).model.name, "lipsync-grid");
    options.model = "wav2lip";
    EXPECT_EQ(code([&] { (void)Analyzer(options); }), "model_not_available");
}

TEST_F(AnalyzerTest, ServesManyThreadsAtOnce) {
    const std::string expected = analyzer_.analyze_file(clip_->file()).json;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(
            [&] { EXPECT_EQ(analyzer_.analyze_file(clip_->file()).json, expected); });
}

TEST_F(AnalyzerTest, ReportsProgressAndGivesUpWhenAsked) {
    std::vector<double> seen;
    Request request;
    request.on_progress = [&](double done) { seen.push_back(done); };
    (void)analyzer_.analyze_file(clip_->file(), request);
    ASSERT_FALSE(seen.empty());
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_DOUBLE_EQ(seen.back(), 1);

    std::stop_source stop;
    request.stop = stop.get_token();
    request.on_progress = [&](double) { stop.request_stop(); };
    EXPECT_EQ(code([&] { (void)analyzer_.analyze_file(clip_->file(), request); }), "cancelled");

    request = {.on_progress = [](double) { throw std::domain_error("the caller's own"); }};
    EXPECT_THROW((void)analyzer_.analyze_file(clip_->file(), request), std::domain_error);
    request = {.timeout = std::chrono::milliseconds(1)};
    EXPECT_EQ(code([&] { (void)analyzer_.analyze_file(clip_->file(), request); }), "timeout");
    request = {.timeout = std::chrono::milliseconds::max()};
    EXPECT_FALSE(analyzer_.analyze_file(clip_->file(), request).reasons.empty());
}

TEST_F(AnalyzerTest, NamesWhatIsWrong) {
    const auto asked = [&](const Request& request) {
        return code([&] { (void)analyzer_.analyze_file(clip_->file(), request); });
    };
    EXPECT_EQ(code([&] { (void)analyzer_.analyze_file(clip_->folder() / "absent.mp4"); }),
              "not_found");
    EXPECT_EQ(code([&] { (void)analyzer_.analyze_bytes({}); }), "empty_file");
    EXPECT_EQ(code([&] { (void)analyzer_.analyze_fd(-1); }), "invalid_request");
    EXPECT_EQ(asked({.face = "prettiest"}), "invalid_request");
    EXPECT_EQ(asked({.audio = "9"}), "invalid_request");
    EXPECT_EQ(asked({.max_offset_ms = 5}), "invalid_request");
    EXPECT_EQ(asked({.windows = WindowOptions{.window_s = -1}}), "invalid_request");
    EXPECT_EQ(code([&] { (void)Analyzer({.models = clip_->folder()}); }), "bad_model");
}

}  // namespace
}  // namespace syncnet
