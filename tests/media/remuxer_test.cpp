// What is copied stays what it was; what is heard moves by what was asked, in every container.
#include "media/remuxer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "media/av.h"
#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
namespace files = testing;

struct Case {
    std::string from, to;
    std::string codecs;
};

class Remux : public ::testing::Test {
  protected:
    static std::filesystem::path beside(const std::filesystem::path& in, const std::string& name) {
        return in.parent_path() / name;
    }
    static std::string error_of(const std::filesystem::path& from, const std::string& name) {
        try {
            remux(Source::from_path(from), beside(from, name), {});
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::wrong_container) << e.what();
            return e.what();
        }
        return "no error";
    }
};

const std::string kH264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p ";

std::string output_of(const std::string& command) {
    std::string text;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), got);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return text;
}

// Hashes of the packets of one kind of stream.
std::string packets(const std::filesystem::path& path, const std::string& stream) {
    return output_of("ffmpeg -v error -nostdin -i " + path.string() + " -map 0:" + stream +
                     " -c copy -f framehash -hash md5 - | grep -v ^# | cut -d, -f6");
}

std::string probe(const std::filesystem::path& path, const std::string& what) {
    return output_of("ffprobe -v error " + what + " " + path.string());
}

std::filesystem::path write_text(const std::string& name, const std::string& text) {
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return files::write(name, bytes);
}

TEST_F(Remux, MovesTheAudioInEveryContainer) {
    const std::vector<Case> cases{
        {"a.mp4", "b.mp4", kH264 + "-c:a aac"},
        {"a.mov", "b.mov", kH264 + "-c:a pcm_s16le"},
        {"a.mp4", "b.mkv", kH264 + "-c:a aac"},
        {"a.mkv", "c.mkv", kH264 + "-c:a flac"},
        {"a.mkv", "c.mp4", kH264 + "-c:a flac"},
        {"a.webm", "b.webm", "-c:v libvpx -b:v 1M -c:a libopus"},
        {"a.webm", "d.mkv", "-c:v libvpx -b:v 1M -c:a libopus"},
        {"a.ts", "b.ts", kH264 + "-c:a aac"},
        {"a.ts", "e.mp4", kH264 + "-c:a aac"},
        {"a.mp4", "f.ts", kH264 + "-c:a aac"},
        {"a.avi", "g.mkv", "-c:v mpeg4 -q:v 2 -c:a libmp3lame"},
        {"a.avi", "h.mp4", "-c:v mpeg4 -q:v 2 -c:a libmp3lame"},
        {"a.mpg", "b.mpg", "-c:v mpeg2video -q:v 2 -c:a mp2"},
        {"a.mpg", "i.mkv", "-c:v mpeg2video -q:v 2 -c:a mp2"},
    };
    for (const Case& c : cases) {
        const auto from = files::make(c.from, files::flash(1, 3) + files::click(1, 3) + c.codecs);
        const auto original = files::read_all(from);
        const double before = original.click_ms() - original.flash_ms();
        for (const auto later : {-413ms, 0ms, 220ms}) {
            SCOPED_TRACE(c.from + " to " + c.to + " by " + std::to_string(later.count()));
            const auto to = beside(from, std::to_string(later.count()) + c.to);
            remux(Source::from_path(from), to, {.audio_later = later});
            const auto read = files::read_all(to);
            // An image falls on a whole frame again where all was moved by a part of one.
            EXPECT_NEAR(read.click_ms() - read.flash_ms() - before,
                        static_cast<double>(later.count()), 21);
            EXPECT_FALSE(read.damage.truncated);
            if (from.extension() == to.extension()) {
                EXPECT_EQ(packets(from, "v"), packets(to, "v"));
                EXPECT_EQ(packets(from, "a"), packets(to, "a"));
            }
        }
    }
}

TEST_F(Remux, KeepsEveryStreamAndWhatIsSaidOfIt) {
    const auto chapters = write_text(
        "chapters.txt",
        ";FFMETADATA1\ntitle=Talk\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=3000\ntitle=Two\n");
    const auto words = write_text("words.srt", "1\n00:00:00,500 --> 00:00:01,500\nhello\n");
    for (const auto& [name, subtitles] :
         {std::pair{"full.mp4"s, "mov_text"s}, {"full.mkv", "srt"}}) {
        const auto from =
            files::make(name, files::flash(1, 3) + files::click(1, 3) + files::click(2, 3) +
                                  " -i " + words.string() + " -i " + chapters.string() +
                                  " -map 0 -map 1 -map 2 -map 3 -map_metadata 4 -map_chapters 4" +
                                  kH264 + "-c:a aac -c:s " + subtitles +
                                  " -metadata:s:a:1 language=fra -disposition:a:1 comment");
        const auto to = beside(from, "kept-" + name);
        remux(Source::from_path(from), to, {.audio_later = 200ms});
        for (const std::string what :
             {"-show_chapters -of compact",
              "-show_entries stream=codec_type,codec_name,codec_tag_string:stream_tags=language:"
              "stream_disposition=default,comment:format_tags=title -of compact"})
            EXPECT_EQ(probe(from, what), probe(to, what)) << name;
        EXPECT_EQ(packets(from, "s"), packets(to, "s"));
        EXPECT_THAT(probe(to, "-show_format"), HasSubstr("title=Talk"));
    }
}

// FFmpeg reads a last packet of 149 hours, which would be the length of the new file.
TEST_F(Remux, TheEndOfAnOggIsNotTakenAtItsWord) {
    const std::filesystem::path from = SYNCNET_SOURCE_DIR "/fuzz/seeds/media/ogg";
    const auto to = std::filesystem::path(::testing::TempDir()) / "remuxer_test_ogg.mkv";
    remux(Source::from_path(from), to, {.audio_later = 120ms});
    EXPECT_LT(files::read_all(to).info.seconds.value_or(0), 3);
    std::filesystem::remove(to);
}

// FFmpeg reads no sizes of images that it may not decode here, and its mp4 writer asks for them.
TEST_F(Remux, KeepsACover) {
    for (const std::string cover : {"cover.png", "cover.jpg"}) {
        const auto still = files::make(cover, "-f lavfi -i color=red:s=64x48 -frames:v 1");
        const auto from =
            files::make("covered.mp4", files::flash(1, 2) + files::click(1, 2) + " -i " +
                                           still.string() + " -map 0:v -map 1:a -map 2:v" + kH264 +
                                           "-c:a aac -c:v:1 copy -disposition:v:1 attached_pic");
        const auto to = beside(from, "covered-again.mp4");
        remux(Source::from_path(from), to, {.audio_later = 100ms});
        const std::string what =
            "-show_entries stream=codec_name,width:stream_disposition=attached_pic -of compact";
        EXPECT_EQ(probe(from, what), probe(to, what)) << cover;
        EXPECT_EQ(packets(from, "v:1"), packets(to, "v:1"));
    }
}

TEST_F(Remux, KeepsTheRotation) {
    const auto upright =
        files::make("upright.mp4", files::flash(1, 2) + files::click(1, 2) + kH264 + "-c:a aac");
    const auto from =
        files::make("turned.mp4", "-i " + upright.string() + " -c copy -metadata:s:v rotate=270");
    ASSERT_NE(files::read_all(from).info.rotation, 0);
    const auto to = beside(from, "turned-again.mov");
    remux(Source::from_path(from), to, {.audio_later = 100ms});
    EXPECT_EQ(files::read_all(to).info.rotation, files::read_all(from).info.rotation);
    EXPECT_THAT(error_of(from, "turned.mkv"), HasSubstr(".mp4 can"));
}

TEST_F(Remux, SaysWhichContainerCanHoldIt) {
    const auto webm = files::make(
        "vp8.webm", files::flash(1, 2) + files::click(1, 2) + "-c:v libvpx -b:v 1M -c:a libopus");
    EXPECT_THAT(error_of(webm, "x.mp4"), HasSubstr(".mkv can"));
    EXPECT_THAT(error_of(webm, "x.ts"), HasSubstr("vp8"));
    EXPECT_THAT(error_of(webm, "x.avi"), HasSubstr(".mkv"));
    EXPECT_THAT(error_of(webm, "x.gif"), HasSubstr(".mp4"));
    EXPECT_THAT(error_of(webm, "x"), HasSubstr(".mp4"));
}

TEST_F(Remux, StopsWhenItIsTold) {
    const auto from =
        files::make("stop.mp4", files::flash(1, 2) + files::click(1, 2) + kH264 + "-c:a aac");
    const auto stop = [] { throw Error(ErrorCode::cancelled, "enough"); };
    EXPECT_THROW(remux(Source::from_path(from), beside(from, "stopped.mp4"), {.between = stop}),
                 Error);
}

}  // namespace
}  // namespace syncnet::media
