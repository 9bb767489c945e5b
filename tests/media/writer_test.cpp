// What is written is what is read.
#include "media/writer.h"

#include <gtest/gtest.h>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

namespace files = testing;

constexpr int kWidth = 160, kHeight = 120;

std::vector<std::uint8_t> grey(std::uint8_t value) {
    return std::vector<std::uint8_t>(std::size_t{3} * kWidth * kHeight, value);
}

TEST(Writer, ImagesAndAudioKeepTheirTime) {
    const auto path = files::make("any.mp4", files::flash(0.1, 0.2)).parent_path() / "written.mp4";
    Writer writer(path, {.width = kWidth, .height = kHeight});
    for (int i = 0; i < 50; ++i) {
        writer.write_image(grey(i < 25 ? 0 : 255));
        std::vector<float> audio(kSamplesPerFrame);
        if (i == 25) audio[0] = 0.9F;
        writer.write_audio(audio);
    }
    writer.finish();
    const auto read = files::read_all(path);
    EXPECT_EQ(read.info.video_codec, "h264");
    EXPECT_EQ(read.info.audio_codec, "aac");
    EXPECT_EQ(read.images.size(), 50U);
    EXPECT_EQ(read.flash_ms(), 1000);
    EXPECT_NEAR(read.click_ms(), 1000, 5);
    EXPECT_NEAR(static_cast<double>(read.samples.size()) / kSampleRate, 2, 0.1);
    EXPECT_NEAR(read.lumas().front(), 16, 3);
    EXPECT_NEAR(read.lumas().back(), 235, 3);
}

TEST(Writer, AudioIsNotNeeded) {
    const auto path = files::make("any.mp4", files::flash(0.1, 0.2)).parent_path() / "silent.mp4";
    Writer writer(path, {.width = kWidth, .height = kHeight, .audio = false});
    writer.write_image(grey(100));
    writer.write_audio({});
    writer.finish();
    EXPECT_FALSE(files::read_all(path).info.audio_track);
}

TEST(Writer, AnotherSizeIsRefused) {
    const auto path = files::make("any.mp4", files::flash(0.1, 0.2)).parent_path() / "size.mp4";
    Writer writer(path, {.width = kWidth, .height = kHeight});
    EXPECT_THROW(writer.write_image(std::vector<std::uint8_t>(30)), Error);
    EXPECT_THROW(Writer("/nowhere/at/all.mp4", {.width = kWidth, .height = kHeight}), Error);
}

}  // namespace
}  // namespace syncnet::media
