// Audio at another speed: where it lies in the end, and how it sounds.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "media/media_files.h"
#include "media/remuxer.h"

namespace syncnet::media {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr double kSeconds = 60, kClickAt = 58;
constexpr Stretch kSlower{.speed = 0.96, .pitch = Pitch::resampled};

std::string tone(double seconds) {
    return "-f lavfi -i \"sine=f=1000:r=48000:d=" + std::to_string(seconds) + "\" ";
}

std::filesystem::path stretched(const std::filesystem::path& from, const std::string& name,
                                const Stretch& stretch, std::chrono::microseconds later = 0us) {
    const auto to = from.parent_path() / name;
    std::filesystem::remove(to);
    remux(Source::from_path(from), to, {.audio_later = later, .stretch = stretch});
    return to;
}

// Of a tone, by its zero crossings.
double hz(const std::vector<float>& samples) {
    int crossings = 0;
    for (std::size_t i = 16'001; i < 48'000; ++i)
        crossings += samples[i - 1] < 0 && samples[i] >= 0 ? 1 : 0;
    return crossings / 2.0;
}

class EverySpeed : public ::testing::TestWithParam<std::tuple<double, Pitch>> {};

TEST_P(EverySpeed, TheEndLiesWhereItBelongs) {
    const auto [speed, pitch] = GetParam();
    const auto path = make("minute.mkv", brightness_clock("25", 1) + click(kClickAt, kSeconds) +
                                             "-c:v libx264 -preset ultrafast -c:a pcm_s16le");
    const auto all = read_all(stretched(path, "minute_new.mkv", {.speed = speed, .pitch = pitch}));
    // Where the pitch is kept, audio is laid out in pieces of some 40 ms, which move a little.
    EXPECT_NEAR(all.click_ms(), 1000 * kClickAt / speed, pitch == Pitch::kept ? 25 : 5);
    EXPECT_NEAR(static_cast<double>(all.samples.size()) / 16'000, kSeconds / speed, 0.03);
}

INSTANTIATE_TEST_SUITE_P(Speeds, EverySpeed,
                         ::testing::Combine(::testing::Values(0.96, 0.999, 1.001, 25.0 / 24),
                                            ::testing::Values(Pitch::kept, Pitch::resampled)));

TEST(StretchedAudio, ThePitchIsKeptOrNot) {
    const auto path = make("tone.mkv", brightness_clock("25", 4) + tone(4) +
                                           "-c:v libx264 -preset ultrafast -c:a flac");
    EXPECT_NEAR(hz(read_all(stretched(path, "kept.mkv", {.speed = 0.96})).samples), 1000, 4);
    EXPECT_NEAR(hz(read_all(stretched(path, "resampled.mkv", kSlower)).samples), 960, 2);
}

TEST(StretchedAudio, IsMovedToo) {
    const auto path = make("moved.mkv", brightness_clock("25", 1) + click(2, 4) +
                                            "-c:v libx264 -preset ultrafast -c:a pcm_s16le");
    const auto later = stretched(path, "later.mkv", kSlower, 300ms);
    EXPECT_NEAR(read_all(later).click_ms(), 2300 / 0.96, 5);
    const auto earlier = stretched(path, "earlier.mp4", kSlower, -300ms);
    EXPECT_NEAR(read_all(earlier).click_ms(), 1700 / 0.96, 8);
}

TEST(StretchedAudio, KeepsItsCodecWhereThatCanBe) {
    struct Case {
        const char* name;
        const char* codecs;
        const char* out;
        const char* codec;
    };
    for (const Case& c :
         {Case{"k1.mp4", "-c:a aac", "k1_new.mp4", "aac"},
          Case{"k2.mkv", "-c:a flac -ac 2", "k2_new.mkv", "flac"},
          Case{"k3.webm", "-c:v libvpx -deadline realtime -c:a libopus", "k3_new.webm", "opus"},
          Case{"k4.mov", "-c:a pcm_s16be", "k4_new.mov", "pcm_s16be"},
          Case{"k5.ts", "-c:a mp2", "k5_new.ts", "mp2"},
          Case{"k6.mkv", "-c:a pcm_f32le", "k6_new.mp4", "aac"}}) {
        const auto path = make(c.name, brightness_clock("25", 1) + click(2, 4) +
                                           "-c:v libx264 -preset ultrafast " + c.codecs);
        const auto before = read_all(path);
        const auto after =
            read_all(stretched(path, c.out, {.speed = 1.04, .pitch = Pitch::resampled}));
        EXPECT_EQ(after.info.audio_codec, c.codec) << c.name;
        EXPECT_EQ(after.info.audio_tracks.at(0).channels, before.info.audio_tracks.at(0).channels);
        // FFmpeg's webm muxer puts Opus 7 ms early, each time.
        EXPECT_NEAR(after.click_ms(), 2000 / 1.04, 15) << c.name;
        EXPECT_NEAR(static_cast<double>(after.images.size()),
                    static_cast<double>(before.images.size()), 1);
    }
}

}  // namespace
}  // namespace syncnet::media
