// Which audio of a file is read: its tracks, and their channels.
#include <gtest/gtest.h>

#include <cmath>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

const std::string kVideo = "-c:v libx264 -preset ultrafast ";

// Levels of the channels in the middle of the file.
std::vector<float> levels(const std::filesystem::path& path) {
    Reader reader(Source::from_path(path), {}, {.images = false});
    std::vector<float> found;
    while (auto item = reader.next()) {
        const auto& samples = std::get<Samples>(*item);
        if (8000 < samples.first ||
            8000 >= samples.first + static_cast<std::int64_t>(samples.mono.size()))
            continue;
        for (const auto channel : samples.channels)
            found.push_back(channel[static_cast<std::size_t>(8000 - samples.first)]);
    }
    return found;
}

TEST(AudioTracks, AreListedWithWhatTheHeaderTells) {
    const auto path =
        make("tracks.mkv", flash(0.5, 1) + click(0.2, 1) + click(0.7, 1) + "-map 0 -map 1 -map 2 " +
                               kVideo +
                               "-c:a:0 aac -c:a:1 ac3 -ac:a:1 2 -metadata:s:a:0 language=deu "
                               "-metadata:s:a:1 language=eng -disposition:a:0 0 "
                               "-disposition:a:1 default");
    const auto favourite = read_all(path);
    ASSERT_EQ(favourite.info.audio_tracks.size(), 2U);
    const AudioTrack& german = favourite.info.audio_tracks[0];
    const AudioTrack& english = favourite.info.audio_tracks[1];
    EXPECT_EQ(german.language, "deu");
    EXPECT_EQ(english.language, "eng");
    EXPECT_EQ(german.codec, "aac");
    EXPECT_EQ(english.codec, "ac3");
    EXPECT_EQ(english.layout, "stereo");
    EXPECT_EQ(english.channels, 2);
    EXPECT_FALSE(german.is_default);
    EXPECT_TRUE(english.is_default);
    EXPECT_EQ(favourite.info.audio_track, 1);
    EXPECT_NEAR(favourite.click_ms(), 700, 6);
    EXPECT_NEAR(read_all(path, {}, {.audio_track = 0}).click_ms(), 200, 6);
}

TEST(AudioTracks, OfNoLanguageHaveNone) {
    for (const char* const name : {"none.mp4", "none.mkv"}) {
        const auto path = make(name, flash(0.5, 1) + click(0.2, 1) + kVideo + "-c:a aac");
        EXPECT_EQ(read_all(path).info.audio_tracks.at(0).language, "") << name;
    }
}

TEST(AudioTracks, ThereIsNoOther) {
    const auto path = make("one.mkv", flash(0.5, 1) + click(0.2, 1) + kVideo + "-c:a flac");
    EXPECT_THROW(Reader(Source::from_path(path), {}, {.audio_track = 1}), Error);
    EXPECT_THROW(Reader(Source::from_path(path), {}, {.audio_track = -1}), Error);
}

// Another track does not move the images' clock.
TEST(AudioTracks, ShareOneClock) {
    const auto path = make("late_second.mkv", flash(0.6, 1) + click(0.6, 1) + "-itsoffset 0.3 " +
                                                  click(0.3, 0.7) + "-map 0 -map 1 -map 2 " +
                                                  kVideo + "-c:a pcm_s16le");
    for (const int track : {0, 1}) {
        const auto all = read_all(path, {}, {.audio_track = track});
        EXPECT_NEAR(all.flash_ms(), 600, 1);
        EXPECT_NEAR(all.click_ms(), 600, 2) << track;
    }
}

TEST(AudioTracks, TheAudioAloneIsTheSame) {
    const auto path = make("alone.ts", flash(0.6, 1) + click(0.6, 1) + kVideo + "-c:a aac");
    EXPECT_EQ(read_all(path, {}, {.images = false}).samples, read_all(path).samples);
}

TEST(Channels, AreHandedOutOneByOne) {
    const auto stereo = make("apart.mkv", brightness_clock("25") +
                                              "-f lavfi -i \"aevalsrc=0.8|-0.4:s=16000:d=1\" " +
                                              kVideo + "-c:a pcm_s16le");
    const auto found = levels(stereo);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NEAR(found[0], 0.8, 0.01);
    EXPECT_NEAR(found[1], -0.4, 0.01);
}

TEST(Channels, OfMonoThereIsOnlyTheMix) {
    const auto mono =
        make("mono.mkv", brightness_clock("25") + "-f lavfi -i \"aevalsrc=0.8:s=16000:d=1\" " +
                             kVideo + "-c:a pcm_s16le");
    EXPECT_TRUE(levels(mono).empty());
}

}  // namespace
}  // namespace syncnet::media
