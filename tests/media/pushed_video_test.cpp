#include "media/pushed_video.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"

namespace syncnet::media {
namespace {

using std::chrono::milliseconds;

constexpr int kWidth = 6, kHeight = 4;
const std::vector<std::uint8_t> kGrey(std::size_t{3} * kWidth * kHeight, 128);
const RgbView kFrame{kGrey, kWidth, kHeight, std::size_t{3} * kWidth};

struct Read {
    std::vector<Frame> frames;
    std::vector<float> samples;
};

// What comes out of `video` while `push` runs.
template <typename Push>
Read read_while(PushedVideo& video, const Push& push) {
    const auto stream = video.stream();
    std::jthread pushing([&] {
        push();
        video.finish();
    });
    Read read;
    while (const auto item = stream->next()) {
        if (const auto* frame = std::get_if<Frame>(&*item)) {
            read.frames.push_back(*frame);
            continue;
        }
        const auto& samples = std::get<Samples>(*item);
        EXPECT_EQ(samples.first, std::ssize(read.samples));
        read.samples.insert(read.samples.end(), samples.mono.begin(), samples.mono.end());
    }
    return read;
}

TEST(PushedVideo, BringsFramesAndSamplesToOneClock) {
    PushedVideo video({.width = kWidth, .height = kHeight, .fps = 50, .sample_rate = 8000}, {});
    const Read read = read_while(video, [&] {
        for (int i = 0; i < 100; ++i) video.push(kFrame, std::nullopt);
        video.push(std::vector<float>(16'000, 0.25F));
    });
    ASSERT_EQ(read.frames.size(), 50U);
    EXPECT_EQ(read.frames.back().index, 49);
    EXPECT_EQ(read.frames.front().image->width(), kWidth);
    EXPECT_NEAR(static_cast<double>(read.samples.size()), 32'000, 64);
    EXPECT_NEAR(read.samples[16'000], 0.25, 0.01);
}

TEST(PushedVideo, ShowsNothingBeforeTheFirstFramesTime) {
    PushedVideo video({.width = kWidth, .height = kHeight}, {});
    const Read read = read_while(video, [&] {
        video.push(kFrame, milliseconds(400));
        video.push(kFrame, milliseconds(440));
    });
    ASSERT_EQ(read.frames.size(), 12U);
    EXPECT_FALSE(read.frames[9].image);
    EXPECT_TRUE(read.frames[10].image);
}

TEST(PushedVideo, NobodyWaitsAfterAStop) {
    PushedVideo video({.width = kWidth, .height = kHeight}, {});
    const auto stream = video.stream();
    std::jthread reader([&] { EXPECT_FALSE(stream->next()); });
    video.stop();
    reader.join();
    EXPECT_FALSE(video.push(kFrame, std::nullopt) && video.push(kFrame, milliseconds(400)))
        << "nobody reads any more";
}

TEST(PushedVideo, RefusesWhatDoesNotFit) {
    EXPECT_THROW(PushedVideo({.width = kWidth, .height = kHeight, .sample_rate = 100}, {}), Error);
    EXPECT_THROW(PushedVideo({.width = 0, .height = kHeight}, {}), Error);
    PushedVideo video({.width = kWidth, .height = kHeight}, {.max_seconds = 1});
    EXPECT_THROW(video.push({kGrey, kWidth, kHeight + 1, 18}, std::nullopt), Error);
    EXPECT_THROW(video.push({kGrey, kWidth, kHeight, 19}, std::nullopt), Error);
    EXPECT_THROW(video.push(std::vector<float>(5)), Error) << "no sample rate";
    EXPECT_THROW(video.push(kFrame, milliseconds(1001)), Error) << "too long";
}

}  // namespace
}  // namespace syncnet::media
