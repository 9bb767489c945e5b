#include "syncnet/feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "api/clip_files.h"
#include "syncnet/syncnet.h"

namespace syncnet {
namespace {

using api_test::kFrameBytes;
constexpr FeedFormat kFormat{
    .width = api_test::kWidth, .height = api_test::kHeight, .sample_rate = api_test::kSampleRate};

class FeedTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { clip_ = std::make_unique<api_test::Clip>(); }
    static void TearDownTestSuite() { clip_.reset(); }

    void SetUp() override {
        frames_ = clip_->frames();
        samples_ = clip_->samples();
    }

    std::size_t count() const { return frames_.size() / kFrameBytes; }
    std::span<const std::uint8_t> frame(std::size_t i) const {
        return std::span(frames_).subspan(i * kFrameBytes, kFrameBytes);
    }
    static ErrorCode code(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& e) {
            return e.code();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }

    static inline std::unique_ptr<api_test::Clip> clip_;
    const Analyzer analyzer_{AnalyzerOptions{.models = SYNCNET_BINARY_DIR "/models"}};
    std::vector<std::uint8_t> frames_;
    std::vector<float> samples_;
};

void expect_alike(const Result& pushed, const Result& file) {
    EXPECT_EQ(pushed.decision, file.decision);
    ASSERT_TRUE(pushed.measurement && file.measurement);
    EXPECT_EQ(pushed.measurement->offset_frames, file.measurement->offset_frames);
    // RGB has rounded the file's colours.
    EXPECT_NEAR(pushed.measurement->confidence, file.measurement->confidence, 0.3);
    EXPECT_NEAR(*pushed.score, *file.score, 0.03);
    ASSERT_EQ(pushed.faces.size(), file.faces.size());
    EXPECT_EQ(pushed.faces.front().seen.end_s, file.faces.front().seen.end_s);
}

TEST_F(FeedTest, AnswersAsForTheFileInWhateverOrderThingsCome) {
    const Result file = analyzer_.analyze_file(clip_->file());
    Feed together = analyzer_.feed(kFormat);
    const std::size_t step = api_test::kSampleRate / 25;
    for (std::size_t i = 0; i < count(); ++i) {
        together.push_frame(frame(i));
        const std::size_t from = std::min(i * step, samples_.size());
        together.push_samples(
            std::span(samples_).subspan(from, std::min(step, samples_.size() - from)));
    }
    expect_alike(together.finish(), file);

    Feed audio_first = analyzer_.feed(kFormat);
    audio_first.push_samples(samples_);
    for (std::size_t i = 0; i < count(); ++i)
        audio_first.push_frame(frame(i), 0, std::chrono::milliseconds(40 * i));
    expect_alike(audio_first.finish(), file);
}

TEST_F(FeedTest, RowsMayLieApart) {
    constexpr std::size_t kRow = std::size_t{3} * api_test::kWidth, kStride = kRow + 32;
    std::vector<std::uint8_t> apart(kStride * api_test::kHeight);
    Feed feed = analyzer_.feed(kFormat);
    feed.push_samples(samples_);
    for (std::size_t i = 0; i < count(); ++i) {
        for (std::size_t y = 0; y < api_test::kHeight; ++y)
            std::ranges::copy(frame(i).subspan(y * kRow, kRow), apart.begin() + y * kStride);
        feed.push_frame(apart, kStride);
    }
    expect_alike(feed.finish(), analyzer_.analyze_file(clip_->file()));
}

TEST_F(FeedTest, SaysWhatItCantTell) {
    Feed silent = analyzer_.feed({.width = api_test::kWidth, .height = api_test::kHeight});
    for (std::size_t i = 0; i < count(); ++i) silent.push_frame(frame(i));
    const Result result = silent.finish();
    EXPECT_EQ(result.decision, Decision::next);
    EXPECT_EQ(result.reasons.front().code, "no_audio");
    EXPECT_FALSE(result.score);
}

TEST_F(FeedTest, NamesWhatIsWrong) {
    EXPECT_EQ(code([&] { (void)analyzer_.feed({}); }), ErrorCode::invalid_request);
    EXPECT_EQ(code([&] { (void)analyzer_.feed({.width = 9, .height = 9, .fps = -1}); }),
              ErrorCode::invalid_request);
    EXPECT_EQ(code([&] { (void)analyzer_.feed({.width = 9, .height = 9, .sample_rate = 7}); }),
              ErrorCode::bad_sample_rate);
    EXPECT_EQ(code([&] { (void)analyzer_.feed(kFormat, {.face = "none"}); }),
              ErrorCode::invalid_request);
    Feed feed = analyzer_.feed(kFormat);
    EXPECT_EQ(code([&] { feed.push_frame(frame(0).first(99)); }), ErrorCode::invalid_request);
    feed.push_frame(frame(0), 0, std::chrono::seconds(1));
    EXPECT_EQ(code([&] { feed.push_frame(frame(1), 0, std::chrono::seconds(1)); }),
              ErrorCode::invalid_request);
    Feed empty = analyzer_.feed(kFormat);
    EXPECT_EQ(code([&] { (void)empty.finish(); }), ErrorCode::no_video_stream);
}

TEST_F(FeedTest, GivesUpWhenAsked) {
    std::stop_source stop;
    Feed feed = analyzer_.feed(kFormat, {.stop = stop.get_token()});
    feed.push_frame(frame(0));
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    EXPECT_EQ(code([&] {
                  for (;;) feed.push_samples(std::span(samples_).first(480));
              }),
              ErrorCode::cancelled);
    EXPECT_EQ(code([&] { (void)feed.finish(); }), ErrorCode::cancelled);

    Feed left = analyzer_.feed(kFormat);  // nobody finishes it, and its destructor doesn't hang
    left.push_frame(frame(0));
    const Feed moved = std::move(left);
}

}  // namespace
}  // namespace syncnet
