#include "media/clip_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "media/media_files.h"

namespace syncnet::media {
namespace {

constexpr int kImages = 30;

std::shared_ptr<const I420> grey(std::size_t index) {
    auto image = std::make_shared<I420>(64, 48);
    std::ranges::fill(image->y, static_cast<std::uint8_t>(40 + 5 * index));
    std::ranges::fill(image->u, std::uint8_t{128});
    std::ranges::fill(image->v, std::uint8_t{128});
    return image;
}

std::vector<std::int64_t> times(double fps, int count = kImages) {
    std::vector<std::int64_t> at;
    for (int i = 0; i < count; ++i) at.push_back(std::llround(1e6 * i / fps));
    return at;
}

std::vector<float> tone(std::size_t count, double rate) {
    std::vector<float> audio(count);
    for (std::size_t i = 0; i < count; ++i)
        audio[i] = static_cast<float>(
            0.5 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate));
    return audio;
}

struct Seen {
    std::vector<int> greys;
    std::vector<float> audio;
};

Seen read(const std::vector<std::byte>& file) {
    Reader reader(Source::from_bytes(file), {});
    Seen seen;
    while (const auto item = reader.next())
        if (const auto* frame = std::get_if<Frame>(&*item))
            seen.greys.push_back(frame->image ? frame->image->luma().data[0] : -1);
        else
            for (const float s : std::get<Samples>(*item).mono) seen.audio.push_back(s);
    return seen;
}

TEST(WriteClip, WithoutLossEverythingComesBack) {
    const auto audio = tone(kImages * kSamplesPerFrame, kSampleRate);
    const Seen seen = read(write_clip(times(25), grey, audio));
    ASSERT_EQ(seen.greys.size(), static_cast<std::size_t>(kImages));
    for (int i = 0; i < kImages; ++i)
        EXPECT_EQ(seen.greys[static_cast<std::size_t>(i)], 40 + 5 * i);
    ASSERT_EQ(seen.audio.size(), audio.size());
    for (std::size_t i = 0; i < audio.size(); ++i) ASSERT_NEAR(seen.audio[i], audio[i], 1e-4) << i;
}

TEST(WriteClip, ImagesAreShownAtTheirTimes) {
    // 12.5 a second: each is seen twice.
    const Seen slow = read(write_clip(times(12.5, 10), grey, {}));
    ASSERT_GE(slow.greys.size(), 19U);
    for (std::size_t i = 0; i < 19; ++i) EXPECT_EQ(slow.greys[i], 40 + 5 * static_cast<int>(i / 2));
    // 50 a second: every second one is seen.
    const Seen quick = read(write_clip(times(50), grey, {}));
    EXPECT_NEAR(static_cast<double>(quick.greys.size()), 15, 1);
    EXPECT_EQ(quick.greys[5], 40 + 5 * 10);
}

TEST(WriteClip, AudioOfAnotherRate) {
    const Seen seen = read(write_clip(times(25), grey, tone(9'600, 8'000), {.sample_rate = 8'000}));
    const auto expected = tone(19'200, 16'000);
    ASSERT_NEAR(static_cast<double>(seen.audio.size()), 19'200, 40);
    for (std::size_t i = 1'000; i < 18'000; ++i) ASSERT_NEAR(seen.audio[i], expected[i], 0.05) << i;
}

TEST(WriteClip, LowRatesAreSmall) {
    for (const ImageCodec codec : {ImageCodec::h264, ImageCodec::vp8, ImageCodec::mpeg4}) {
        ASSERT_TRUE(can_write(codec));
        const auto file =
            write_clip(times(25), grey, {}, {.codec = codec, .bits_per_second = 50'000});
        EXPECT_LT(file.size(), 30'000U);
        EXPECT_EQ(read(file).greys.size(), static_cast<std::size_t>(kImages));
    }
}

TEST(WriteClip, NothingToWrite) {
    EXPECT_THROW((void)write_clip({}, grey, {}), Error);
    EXPECT_THROW(I420(3, 2), Error);
}

TEST(I420, FromAImageAndScaled) {
    const std::vector<std::uint8_t> rgb(3 * 31 * 21, 255);
    const I420 white = to_i420(Image::from_rgb(rgb, 31, 21));
    EXPECT_EQ(white.width, 30);
    EXPECT_EQ(white.height, 20);
    EXPECT_NEAR(white.y[0], 235, 2);
    const I420 small = scaled(white, 10, 8);
    EXPECT_EQ(small.y.size(), 80U);
    EXPECT_NEAR(small.y[40], 235, 2);
}

}  // namespace
}  // namespace syncnet::media
