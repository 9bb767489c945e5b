// Images and audio on one clock, in every container and with every codec.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

constexpr double kAt = 0.6;  // on the 25 fps grid

struct Case {
    const char* name;  // of the file; the extension is the container
    const char* codecs;
    const char* container;
    const char* video;
    const char* audio;
    double tolerance_ms;
    int tail = 1;  // frames by which the end may differ: padding, repeats that are not stored
};

class EveryFormat : public ::testing::TestWithParam<Case> {};

TEST_P(EveryFormat, FlashAndClickCoincide) {
    const Case& c = GetParam();
    const auto path = make(c.name, flash(kAt, 1.2) + click(kAt, 1.2) + c.codecs);
    const auto all = read_all(path);
    EXPECT_EQ(all.info.container, c.container);
    EXPECT_EQ(all.info.video_codec, c.video);
    EXPECT_EQ(all.info.audio_codec, c.audio);
    EXPECT_EQ(all.info.audio_track, 0);
    EXPECT_EQ(all.info.width, 160);
    EXPECT_EQ(all.info.height, 120);
    EXPECT_EQ(all.damage.packets, 0);
    EXPECT_FALSE(all.damage.truncated);
    EXPECT_NEAR(static_cast<double>(all.images.size()), 30, c.tail);
    EXPECT_NEAR(static_cast<double>(all.samples.size()), 1.2 * 16'000, 800 * c.tail);
    EXPECT_NEAR(all.click_ms() - all.flash_ms(), 0, c.tolerance_ms);
}

// The ffmpeg program's webm muxer puts Opus about 7 ms early (its pre-skip).
INSTANTIATE_TEST_SUITE_P(
    Formats, EveryFormat,
    ::testing::Values(
        Case{"h264_aac.mp4", "-c:v libx264 -preset ultrafast -c:a aac", "mp4", "h264", "aac", 3},
        Case{"h264_pcm.mov", "-c:v libx264 -bf 2 -c:a pcm_s16be", "mp4", "h264", "pcm_s16be", 1},
        Case{"hevc10_aac.mp4",
             "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le "
             "-c:a aac",
             "mp4", "hevc", "aac", 3},
        Case{"h264_opus.mp4", "-c:v libx264 -preset ultrafast -c:a libopus", "mp4", "h264", "opus",
             3},
        Case{"h264_mp3.mp4", "-c:v libx264 -preset ultrafast -c:a libmp3lame", "mp4", "h264", "mp3",
             3},
        Case{"h264_mp3.mkv", "-c:v libx264 -preset ultrafast -c:a libmp3lame", "matroska", "h264",
             "mp3", 3},
        Case{"h264_flac.mkv", "-c:v libx264 -preset ultrafast -c:a flac", "matroska", "h264",
             "flac", 1},
        Case{"h264_f32.mkv", "-c:v libx264 -preset ultrafast -c:a pcm_f32le", "matroska", "h264",
             "pcm_f32le", 1},
        Case{"h264_u8.mkv", "-c:v libx264 -preset ultrafast -c:a pcm_u8 -ac 2", "matroska", "h264",
             "pcm_u8", 1},
        Case{"vp8_opus.webm", "-c:v libvpx -deadline realtime -c:a libopus", "matroska", "vp8",
             "opus", 8},
        Case{"vp9_vorbis.webm", "-c:v libvpx-vp9 -deadline realtime -c:a libvorbis", "matroska",
             "vp9", "vorbis", 3},
        Case{"av1_opus.webm", "-c:v libaom-av1 -usage realtime -cpu-used 8 -c:a libopus",
             "matroska", "av1", "opus", 8},
        Case{"mpeg4_pcm.avi", "-c:v mpeg4 -c:a pcm_s16le", "avi", "mpeg4", "pcm_s16le", 1},
        Case{"mjpeg_pcm.avi", "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le -ar 44100", "avi",
             "mjpeg", "pcm_s16le", 1},
        Case{"h264_alaw.avi", "-c:v libx264 -preset ultrafast -c:a pcm_alaw -ar 8000", "avi",
             "h264", "pcm_alaw", 1},
        Case{"mpeg1_mp2.mpg",
             "-c:v mpeg1video -b:v 2M -minrate 2M -maxrate 2M -bufsize 1M -c:a mp2", "mpegps",
             "mpeg1video", "mp2", 3},
        Case{"mpeg2_mp2.mpg",
             "-f vob -c:v mpeg2video -b:v 2M -minrate 2M -maxrate 2M -bufsize 1M -c:a mp2",
             "mpegps", "mpeg2video", "mp2", 3},
        Case{"h264_aac.ts", "-c:v libx264 -preset ultrafast -c:a aac", "mpegts", "h264", "aac", 3},
        Case{"mpeg2_mp2.ts", "-c:v mpeg2video -c:a mp2", "mpegts", "mpeg2video", "mp2", 3},
        Case{"prores_alac.mov", "-c:v prores_ks -profile:v 1 -c:a alac", "mp4", "prores", "alac",
             1},
        Case{"h264_ac3.mp4", "-c:v libx264 -preset ultrafast -c:a ac3", "mp4", "h264", "ac3", 6},
        Case{"h264_eac3.mkv", "-c:v libx264 -preset ultrafast -c:a eac3", "matroska", "h264",
             "eac3", 6},
        Case{"h264_dts.mkv", "-c:v libx264 -preset ultrafast -c:a dca -strict -2 -ar 48000",
             "matroska", "h264", "dts", 12},
        Case{"h264_latm.ts", "-c:v libx264 -preset ultrafast -c:a aac -mpegts_flags latm", "mpegts",
             "h264", "aac_latm", 3},
        Case{"mpeg2_pcm.mxf", "-c:v mpeg2video -c:a pcm_s16le -ar 48000", "mxf", "mpeg2video",
             "pcm_s16le", 1},
        Case{"h264_aac.flv", "-c:v libx264 -preset ultrafast -c:a aac -ar 44100", "flv", "h264",
             "aac", 3},
        Case{"sorenson_mp3.flv", "-c:v flv -c:a libmp3lame -ar 44100", "flv", "flv1", "mp3", 3},
        Case{"wmv2_wma.wmv", "-c:v wmv2 -b:v 2M -c:a wmav2", "asf", "wmv2", "wmav2", 3, 2},
        Case{"theora_vorbis.ogv", "-c:v libtheora -q:v 8 -c:a libvorbis", "ogg", "theora", "vorbis",
             3, 2}),
    [](const auto& test) {
        std::string name = test.param.name;
        std::ranges::replace(name, '.', '_');
        return name;
    });

TEST(Alignment, ALateAudioIsPaddedWithSilence) {
    for (const std::string name : {"late_audio.mkv", "late_audio.mp4", "late_audio.ts"}) {
        const auto path =
            make(name, flash(1.0, 1.4) + "-itsoffset 0.5 " + click(0.5, 0.9) +
                           "-map 0:v -map 1:a -c:v libx264 -preset ultrafast -c:a aac");
        const auto all = read_all(path);
        EXPECT_NEAR(all.flash_ms(), 1000, 1) << name;
        EXPECT_NEAR(all.click_ms(), 1000, 3) << name;
        EXPECT_EQ(all.samples[4000], 0.0F);
    }
}

TEST(Alignment, ALateVideoIsAbsentAtFirst) {
    for (const std::string name : {"late_video.mkv", "late_video.mp4", "late_video.ts"}) {
        const auto path = make(name, "-itsoffset 0.4 " + flash(0.6, 1.0) + click(1.0, 1.4) +
                                         "-map 0:v -map 1:a -fps_mode passthrough -c:v libx264 "
                                         "-preset ultrafast -c:a aac");
        const auto all = read_all(path);
        EXPECT_NEAR(all.click_ms() - all.flash_ms(), 0, 3) << name;
        EXPECT_FALSE(all.images[9]) << name;
        EXPECT_TRUE(all.images[11]) << name;
    }
}

// A video that starts in the middle of a frame's time is not sampled in the middle of its frames.
TEST(Alignment, TheFirstImageFallsOnAWholeFrame) {
    const auto path = make("phase.mkv", flash(0.6, 1.0) + click(1.015, 1.4) +
                                            "-vf settb=1/1000,setpts=PTS+415 -fps_mode passthrough "
                                            "-enc_time_base 1:1000 -c:v libx264 -preset ultrafast "
                                            "-c:a pcm_s16le");
    const auto all = read_all(path);
    EXPECT_NEAR(all.click_ms() - all.flash_ms(), 0, 1);
    EXPECT_FALSE(all.images[9]);
    EXPECT_TRUE(all.images[10]);
}

TEST(Alignment, AGapInTheAudioIsSilence) {
    const auto path = make("audio_gap.mkv", flash(1.0, 1.4) + click(1.0, 1.4) +
                                                "-c:v libx264 -preset ultrafast -c:a pcm_s16le "
                                                "-bsf:a noise=drop='between(n\\,5\\,20)'");
    const auto all = read_all(path);
    EXPECT_NEAR(all.flash_ms(), 1000, 1);
    EXPECT_NEAR(all.click_ms(), 1000, 1);
}

TEST(Alignment, JitterDoesNotClickOrDrift) {
    // A sine whose packets are up to 8 ms off in turns.
    const auto path = make("jitter.mkv", brightness_clock("25") +
                                             "-f lavfi -i sine=f=200:r=16000:d=1 -c:v libx264 "
                                             "-c:a pcm_s16le -bsf:a setts=ts='TS+8*mod(N\\,2)'");
    const auto all = read_all(path);
    EXPECT_NEAR(static_cast<double>(all.samples.size()), 16'000, 320);
    float steepest = 0;
    for (std::size_t i = 1; i < all.samples.size(); ++i) {
        steepest = std::max(steepest, std::abs(all.samples[i] - all.samples[i - 1]));
    }
    EXPECT_LT(steepest, 0.125F * 2 * 3.1416F * 200 / 16'000 * 1.3F);
}

TEST(Alignment, ASlowDriftIsFollowed) {
    // Timestamps that run 0.5 % faster than the samples.
    const auto path = make("drift.mkv", flash(5.1, 6) + click(5.0, 6, 16'000) +
                                            "-c:v libx264 -preset ultrafast -c:a pcm_s16le "
                                            "-bsf:a setts=ts='TS*1.005'");
    EXPECT_NEAR(read_all(path).click_ms(), 5025, 14);
}

TEST(Alignment, StereoIsAveraged) {
    const auto path = make("stereo.mkv", brightness_clock("25") +
                                             "-f lavfi -i \"aevalsrc=0.8|0.4:s=16000:d=1\" "
                                             "-c:v libx264 -c:a pcm_s16le");
    EXPECT_NEAR(read_all(path).samples[8000], 0.6F, 0.01F);
}

TEST(Alignment, ManyChannelsWithoutALayoutAreAveraged) {
    std::string channels = "0.1";
    for (int i = 1; i < 12; ++i) channels += i % 2 == 0 ? "|0.1" : "|0.5";
    const auto path =
        make("channels.mov", brightness_clock("25") + "-f lavfi -i \"aevalsrc=" + channels +
                                 ":s=48000:d=1\" -c:v libx264 "
                                 "-preset ultrafast -c:a pcm_s16le");
    const auto all = read_all(path);
    EXPECT_EQ(all.info.audio_tracks.at(0).channels, 12);
    EXPECT_NEAR(all.samples[8000], 0.3F, 0.01F);
}

TEST(Alignment, ASplicedTransportStreamGoesOn) {
    const std::string codecs = "-c:v libx264 -preset ultrafast -c:a mp2 ";
    auto bytes = bytes_of(make("part1.ts", flash(2, 1) + click(2, 1) + codecs));
    const auto second = bytes_of(make("part2.ts", flash(0.6, 1) + click(0.6, 1) + codecs));
    bytes.insert(bytes.end(), second.begin(), second.end());
    const auto all = read_all(write("spliced.ts", bytes));
    EXPECT_NEAR(static_cast<double>(all.images.size()), 50, 2);
    EXPECT_NEAR(all.flash_ms(), 1600, 40);
    // The phase between the frames of the two parts is lost, but not more.
    EXPECT_NEAR(all.click_ms() - all.flash_ms(), 0, 40);
}

}  // namespace
}  // namespace syncnet::media
