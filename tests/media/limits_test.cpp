// What is refused, and with which code.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

std::filesystem::path good_mp4() {
    return make("good.mp4", flash(0.6, 1.2) + click(0.6, 1.2) +
                                "-c:v libx264 -preset ultrafast -c:a aac -movflags +faststart");
}

// A live recording: its header states neither a duration nor a number of frames.
std::filesystem::path live_webm() {
    return make("live.webm", flash(0.6, 1.2) + click(0.6, 1.2) +
                                 "-c:v libvpx -deadline realtime -c:a libopus -live 1");
}

std::filesystem::path cut(const std::filesystem::path& path, double share) {
    auto bytes = bytes_of(path);
    bytes.resize(static_cast<std::size_t>(static_cast<double>(bytes.size()) * share));
    return write("cut_" + path.filename().string(), bytes);
}

TEST(Limits, Bytes) {
    Limits limits;
    limits.max_bytes = 1000;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_large);
}

TEST(Limits, SecondsInTheHeaderAndWithoutOne) {
    Limits limits;
    limits.max_seconds = 1;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_long);
    EXPECT_FALSE(read_all(live_webm()).info.seconds);
    EXPECT_EQ(failure(live_webm(), limits), ErrorCode::too_long);
}

TEST(Limits, SecondsForItsBytes) {
    Limits limits;
    limits.free_seconds = 1;
    limits.seconds_per_megabyte = 0;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_complex);
    EXPECT_EQ(failure(live_webm(), limits), ErrorCode::too_complex);
    limits.seconds_per_megabyte =
        0.3e6 / static_cast<double>(std::filesystem::file_size(good_mp4()));
    EXPECT_EQ(read_all(good_mp4(), limits).images.size(), 30U);
}

TEST(Limits, ProcessorTimeForItsBytes) {
    Limits limits;
    limits.free_cpu_seconds = 1e-6;
    limits.cpu_seconds_per_megabyte = 0;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_complex);
}

// Wherever it is: while FFmpeg opens the file, or later.
TEST(Limits, TheCallersPatience) {
    for (const int calls : {0, 1, 2, 3, 5, 10, 20, 40}) {
        int left = calls;
        const Options options{.check = [&left] {
            if (left-- <= 0) throw Error(ErrorCode::timeout, "enough");
        }};
        const auto read = [&] {
            Reader reader(Source::from_path(good_mp4()), {}, options);
            while (reader.next()) {
            }
        };
        try {
            read();
            FAIL() << calls;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::timeout) << calls;
        }
    }
}

TEST(Limits, PixelsPerFrame) {
    Limits limits;
    limits.max_pixels_per_frame = 160 * 120 - 1;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_many_pixels);
    EXPECT_EQ(failure(live_webm(), limits), ErrorCode::too_many_pixels);
    limits.max_pixels_per_frame = 160 * 120;
    EXPECT_EQ(read_all(good_mp4(), limits).images.size(), 30U);
}

TEST(Limits, PixelsInAll) {
    Limits limits;
    limits.max_total_pixels = 160 * 120 * 20;
    EXPECT_EQ(failure(good_mp4(), limits), ErrorCode::too_much_video);
    EXPECT_EQ(failure(live_webm(), limits), ErrorCode::too_much_video);
}

TEST(Limits, Streams) {
    const std::string few = "-map 0 -map 1 -map 1 -map 1 ";
    std::string many = "-map 0";
    for (int i = 0; i < 40; ++i) many += " -map 1";
    const std::string inputs = flash(0.2, 0.4) + click(0.2, 0.4);
    const std::string codecs = " -c:v libx264 -preset ultrafast -c:a pcm_s16le";
    EXPECT_EQ(read_all(make("few.mkv", inputs + few + codecs)).images.size(), 10U);
    Limits limits;
    EXPECT_EQ(failure(make("many.mkv", inputs + many + codecs), limits),
              ErrorCode::too_many_streams);
    limits.max_streams = 2;  // FFmpeg gives up by itself
    EXPECT_EQ(failure(make("many.mkv", inputs + many + codecs), limits),
              ErrorCode::too_many_streams);
}

TEST(Limits, SampleRate) {
    const auto path = make("rate.mkv", flash(0.2, 0.4) + click(0.2, 0.4, 12'000) +
                                           "-c:v libx264 -preset ultrafast -c:a pcm_s16le");
    Limits limits;
    limits.min_sample_rate = 16'000;
    EXPECT_EQ(failure(path, limits), ErrorCode::bad_sample_rate);
    limits = {};
    limits.max_sample_rate = 11'000;
    EXPECT_EQ(failure(path, limits), ErrorCode::bad_sample_rate);
}

TEST(Refusals, TextWithTheNameOfAVideo) {
    std::string text;
    while (text.size() < 5000) text += "This is not a video.\n";
    const auto bytes = std::as_bytes(std::span(text));
    const auto path = write("text.mp4", {bytes.begin(), bytes.end()});
    EXPECT_EQ(failure(path), ErrorCode::unsupported_media);
}

TEST(Refusals, OtherContainers) {
    EXPECT_EQ(failure(make("x.nut", flash(0.2, 0.4) + "-c:v mpeg4")), ErrorCode::unsupported_media);
    EXPECT_EQ(failure(make("x.gif", flash(0.2, 0.4))), ErrorCode::unsupported_media);
    EXPECT_EQ(failure(make("x.wav", click(0.2, 0.4))), ErrorCode::unsupported_media);
}

// A playlist is the classic way to make FFmpeg open other files.
TEST(Refusals, Playlists) {
    for (const std::string_view text :
         {"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n",
          "ffconcat version 1.0\nfile /etc/passwd\n"}) {
        const auto bytes = std::as_bytes(std::span(text));
        EXPECT_EQ(failure(write("list.mp4", {bytes.begin(), bytes.end()})),
                  ErrorCode::unsupported_media);
    }
}

TEST(Refusals, OtherCodecs) {
    EXPECT_EQ(failure(make("ffv1.mkv", flash(0.2, 0.4) + "-c:v ffv1")),
              ErrorCode::unsupported_codec);
    EXPECT_EQ(failure(make("wavpack.mkv", flash(0.2, 0.4) + click(0.2, 0.4) +
                                              "-c:v libx264 -preset ultrafast -c:a wavpack")),
              ErrorCode::unsupported_codec);
}

TEST(Refusals, AnUnusableSoundtrackBesideAUsableOne) {
    const auto all = read_all(make("two.mkv", flash(0.2, 0.4) + click(0.2, 0.4) +
                                                  "-map 0 -map 1 -map 1 -c:v libx264 -preset "
                                                  "ultrafast -c:a:0 wavpack -c:a:1 pcm_s16le"));
    EXPECT_EQ(all.info.audio_codec, "pcm_s16le");
}

TEST(Refusals, NoVideo) {
    EXPECT_EQ(failure(make("audio.mp4", click(0.2, 0.4) + "-c:a aac")), ErrorCode::no_video_stream);
    EXPECT_EQ(failure(make("cover.mp4", flash(0, 0.04) + click(0.2, 0.4) +
                                            "-c:v mjpeg -frames:v 1 -c:a aac -pix_fmt yuvj420p "
                                            "-disposition:v attached_pic")),
              ErrorCode::no_video_stream);
}

TEST(Damage, NoAudioIsNotAnError) {
    const auto all = read_all(make("silent.mp4", flash(0.2, 0.4) + "-c:v libx264"));
    EXPECT_FALSE(all.info.audio_track);
    EXPECT_TRUE(all.samples.empty());
    EXPECT_EQ(all.images.size(), 10U);
}

TEST(Damage, ATruncatedFileIsReadAsFarAsItGoes) {
    const auto mp4 = make("long.mp4", brightness_clock("25", 1) + click(0.6, 4) +
                                          "-vf tpad=stop_mode=clone:stop_duration=3,noise=alls=40:"
                                          "allf=t -c:v libx264 -preset ultrafast -b:v 300k -c:a "
                                          "aac -movflags +faststart");
    const auto mkv = make("long.mkv", "-i " + mp4.string() + " -c copy");
    const auto ts = make("long.ts", "-i " + mp4.string() + " -c copy");
    for (const auto& path : {mp4, mkv, ts}) {
        const auto all = read_all(cut(path, 0.6));
        EXPECT_GT(all.images.size(), 30U) << path;
        EXPECT_LT(all.images.size(), 90U) << path;
        EXPECT_GT(all.samples.size(), 16'000U) << path;
        EXPECT_TRUE(all.damage.truncated || path == ts) << path;
    }
}

TEST(Damage, NothingToDecode) {
    const auto moov_last = make("moov_last.mp4", flash(0.6, 1.2) + "-c:v libx264");
    EXPECT_EQ(failure(cut(moov_last, 0.5)), ErrorCode::unreadable_video);
    EXPECT_EQ(failure(cut(good_mp4(), 0.15)), ErrorCode::unreadable_video);

    // Audio header before garbage.
    auto bytes =
        bytes_of(make("only_video.mp4", flash(0.6, 1.2) + "-c:v libx264 -movflags +faststart"));
    constexpr std::string_view kTag = "mdat";
    const auto media =
        std::search(bytes.begin(), bytes.end(), std::as_bytes(std::span(kTag)).begin(),
                    std::as_bytes(std::span(kTag)).end());
    std::fill(media + 4, bytes.end(), std::byte{0x5A});
    EXPECT_EQ(failure(write("garbage.mp4", bytes)), ErrorCode::unreadable_video);
}

TEST(Damage, BrokenPacketsAreCountedAndSkipped) {
    const auto path = make("broken.ts", flash(0.6, 1.2) + click(0.6, 1.2) +
                                            "-c:v libx264 -preset ultrafast -g 5 -c:a aac");
    auto bytes = bytes_of(path);
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 3000; ++i) {
        bytes[i] = static_cast<std::byte>(i * 37);
    }
    const auto all = read_all(write("broken2.ts", bytes));
    EXPECT_GT(all.damage.packets, 0);
    EXPECT_GE(all.images.size(), 27U);
}

}  // namespace
}  // namespace syncnet::media
