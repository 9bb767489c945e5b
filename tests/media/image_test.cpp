#include "media/image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "media/media_files.h"
#include "media/rgb_scaler.h"

namespace syncnet::media {
namespace {

using namespace testing;

std::string still(const std::string& source, const std::string& rest) {
    return "-f lavfi -i \"" + source + "\" -frames:v 1 " + rest;
}

std::vector<std::uint8_t> to_rgb(const Image& image, int width, int height) {
    std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width * height * 3));
    RgbScaler().convert(image, {rgb, width, height, width * 3});
    return rgb;
}

// The first image's luma as the ffmpeg program shows it.
std::vector<std::byte> ffmpeg_luma(const std::filesystem::path& path) {
    return bytes_of(make(path.stem().string() + ".yuv",
                         "-i " + path.string() + " -frames:v 1 -pix_fmt yuv420p -f rawvideo"));
}

class Rotation : public ::testing::TestWithParam<int> {};

TEST_P(Rotation, IsApplied) {
    const std::string degrees = std::to_string(GetParam());
    const auto lying = make("lying.mp4", still("testsrc2=s=98x50", "-c:v libx264"));
    const auto path = make("rotated" + degrees + ".mp4",
                           "-i " + lying.string() + " -c copy -metadata:s:v rotate=" + degrees);
    const auto all = read_all(path);
    const LumaView luma = all.images.at(0)->luma();
    const auto expected = ffmpeg_luma(path);
    const bool portrait = GetParam() % 180 != 0;
    EXPECT_EQ(luma.width, portrait ? 50 : 98);
    EXPECT_EQ(luma.height, portrait ? 98 : 50);
    EXPECT_EQ(all.info.width, 98);
    int different = 0;
    for (int y = 0; y < luma.height; ++y) {
        for (int x = 0; x < luma.width; ++x) {
            const auto wanted = expected[static_cast<std::size_t>(y * luma.width + x)];
            different += luma.data[y * luma.stride + x] != std::to_integer<int>(wanted) ? 1 : 0;
        }
    }
    EXPECT_EQ(different, 0);
}

// All eight ways to lie, mirrored ones too, which the ffmpeg program only applies by its filters.
struct Lying {
    const char* name;
    std::array<int, 4> matrix;   // a, b, c, d: the coded (p, q) stands at (a p + c q, b p + d q)
    const char* upright_filter;  // of the ffmpeg program
};

class DisplayMatrix : public ::testing::TestWithParam<Lying> {};

TEST_P(DisplayMatrix, IsApplied) {
    auto bytes = bytes_of(make("coded.mp4", still("testsrc2=s=98x50", "-c:v libx264 -crf 5")));
    // The matrix of the track's header: nine numbers of 4 bytes, 16 bits behind the point.
    constexpr std::array kName{std::byte{'t'}, std::byte{'k'}, std::byte{'h'}, std::byte{'d'}};
    const auto header = std::ranges::search(bytes, kName).begin();
    ASSERT_NE(header, bytes.end());
    constexpr std::ptrdiff_t kMatrix = 4 + 4 + 20 + 16;  // behind the name
    constexpr std::array<std::ptrdiff_t, 4> kPlaces{0, 4, 12, 16};
    for (std::size_t i = 0; i < kPlaces.size(); ++i) {
        const auto value = static_cast<std::uint32_t>(GetParam().matrix[i]) << 16U;
        for (int byte = 0; byte < 4; ++byte)
            header[kMatrix + kPlaces[i] + byte] = static_cast<std::byte>(value >> (24 - 8 * byte));
    }
    const auto path = write(std::string(GetParam().name) + ".mp4", bytes);
    const auto expected =
        bytes_of(make(std::string(GetParam().name) + ".yuv",
                      "-noautorotate -i " + path.string() + " -vf " + GetParam().upright_filter +
                          " -frames:v 1 -pix_fmt yuv420p -f rawvideo"));
    const auto all = read_all(path);
    const LumaView luma = all.images.at(0)->luma();
    ASSERT_EQ(luma.width * luma.height, 98 * 50);
    int different = 0;
    for (int y = 0; y < luma.height; ++y)
        for (int x = 0; x < luma.width; ++x)
            different +=
                luma.data[y * luma.stride + x] !=
                        std::to_integer<int>(expected[static_cast<std::size_t>(y * luma.width + x)])
                    ? 1
                    : 0;
    EXPECT_EQ(different, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Eight, DisplayMatrix,
    ::testing::Values(Lying{"upright", {1, 0, 0, 1}, "null"},
                      Lying{"mirrored", {-1, 0, 0, 1}, "hflip"},
                      Lying{"flipped", {1, 0, 0, -1}, "vflip"},
                      Lying{"turned180", {-1, 0, 0, -1}, "hflip,vflip"},
                      Lying{"turned90", {0, 1, -1, 0}, "transpose=clock"},
                      Lying{"turned270", {0, -1, 1, 0}, "transpose=cclock"},
                      Lying{"transposed", {0, 1, 1, 0}, "transpose=cclock_flip"},
                      Lying{"transversed", {0, -1, -1, 0}, "transpose=clock_flip"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(QuarterTurns, Rotation, ::testing::Values(0, 90, 180, 270));

TEST(Image, HasSquarePixels) {
    const auto all = read_all(make(
        "anamorphic.mkv", still("testsrc2=s=96x60", "-vf setsar=4/3 -c:v libx264 -frames:v 1")));
    EXPECT_EQ(all.info.width, 96);
    EXPECT_EQ(all.images.at(0)->width(), 128);
    EXPECT_EQ(all.images.at(0)->height(), 60);
}

TEST(Image, IsAtMostTheAnalysisSize) {
    const auto all =
        read_all(make("large.mkv", still("color=gray:s=2400x1200", "-c:v libx264 -crf 40")));
    EXPECT_EQ(all.images.at(0)->width(), kMaxAnalysisSide);
    EXPECT_EQ(all.images.at(0)->height(), kMaxAnalysisSide / 2);
}

struct Format {
    const char* name;
    const char* codec;
};

class EveryPixelFormat : public ::testing::TestWithParam<Format> {};

// Left half orange, right half white: whatever the format and the range, the RGB is the same.
TEST_P(EveryPixelFormat, HasTheSameColours) {
    const auto [name, codec] = GetParam();
    const bool gray = std::string_view(name).starts_with("gray");
    const auto path = make(std::string(name) + ".mkv",
                           still("color=0xFF8000:s=100x50,drawbox=x=50:w=50:h=50:c=white:t=fill",
                                 std::string(codec) + " -pix_fmt " + name));
    const auto all = read_all(path);
    const Image& image = all.images.at(0).value();
    const auto rgb = to_rgb(image, 50, 25);
    const auto* orange = &rgb[(12 * 50 + 10) * 3];
    const auto* white = &rgb[(12 * 50 + 40) * 3];
    constexpr int kError = 6;
    EXPECT_NEAR(orange[0], gray ? 151 : 255, kError);
    EXPECT_NEAR(orange[1], gray ? 151 : 128, kError);
    EXPECT_NEAR(orange[2], gray ? 151 : 0, kError);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(white[i], 255, kError);
    const LumaView luma = image.luma();
    EXPECT_NEAR(luma.data[25 * luma.stride + 80], luma.full_range ? 255 : 235, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, EveryPixelFormat,
    ::testing::Values(
        Format{"yuv420p", "-c:v libx264 -crf 5"}, Format{"yuvj420p", "-c:v mjpeg -q:v 2"},
        Format{"yuvj444p", "-c:v mjpeg -q:v 2"}, Format{"yuv422p", "-c:v libx264 -crf 5"},
        Format{"yuv444p", "-c:v libx264 -crf 5"}, Format{"yuv420p10le", "-c:v libx264 -crf 5"},
        Format{"yuv422p10le", "-c:v libx264 -crf 5"},
        Format{"gbrp",
               "-c:v libx264rgb -crf 5 -pix_fmt rgb24 -c:v libx265 "
               "-x265-params log-level=none:lossless=1"},
        Format{"gray", "-c:v libx264 -crf 5"}, Format{"gray10le", "-c:v libx264 -crf 5"}),
    [](const auto& test) { return test.param.name; });

TEST(Image, FromRgbAndBack) {
    constexpr int kWidth = 37;
    constexpr int kHeight = 21;
    std::vector<std::uint8_t> rgb(kWidth * kHeight * 3);
    for (std::size_t i = 0; i < rgb.size(); ++i) {
        rgb[i] = static_cast<std::uint8_t>(60 + i / 3 % kWidth * 4);
    }
    const Image image = Image::from_rgb(rgb, kWidth, kHeight);
    EXPECT_EQ(image.width(), kWidth);
    const auto back = to_rgb(image, kWidth, kHeight);
    for (std::size_t i = 0; i < rgb.size(); ++i) EXPECT_NEAR(back[i], rgb[i], 6) << i;
    EXPECT_THROW(Image::from_rgb(rgb, kWidth, kHeight + 1), Error);
    EXPECT_THROW(Image::from_rgb(rgb, 0, 0), Error);
}

TEST(RgbScaler, WritesOnlyItsTarget) {
    const std::vector<std::uint8_t> white(64 * 64 * 3, 255);
    const Image image = Image::from_rgb(white, 64, 64);
    RgbScaler scaler;
    for (const int width : {1, 7, 13, 32, 33, 50, 64}) {
        constexpr int kStride = 200;
        constexpr int kHeight = 9;
        std::vector<std::uint8_t> out(kStride * kHeight, 1);
        scaler.convert(image, {3, 5, 40, 50}, {out, width, kHeight, kStride});
        for (int y = 0; y < kHeight; ++y) {
            for (int x = 0; x < kStride; ++x) {
                const int wanted = x < width * 3 ? 255 : 1;
                EXPECT_NEAR(out[static_cast<std::size_t>(y * kStride + x)], wanted,
                            wanted == 255 ? 2 : 0)
                    << width << " " << x << "," << y;
            }
        }
    }
}

TEST(RgbScaler, CutsTheRightPart) {
    std::vector<std::uint8_t> rgb(64 * 64 * 3, 0);
    for (std::size_t y = 20; y < 40; ++y) {
        for (std::size_t x = 10; x < 30; ++x) {
            for (std::size_t c = 0; c < 3; ++c) rgb[(y * 64 + x) * 3 + c] = 200;
        }
    }
    const Image image = Image::from_rgb(rgb, 64, 64);
    RgbScaler scaler;
    std::vector<std::uint8_t> out(8 * 8 * 3);
    scaler.convert(image, {12, 22, 16, 16}, {out, 8, 8, 24});
    for (const int value : out) EXPECT_NEAR(value, 200, 4);
    EXPECT_THROW(scaler.convert(image, {60, 0, 8, 8}, {out, 8, 8, 24}), Error);
    EXPECT_THROW(scaler.convert(image, {0, 0, 8, 8}, {out, 9, 8, 27}), Error);
    EXPECT_THROW(scaler.convert(image, {0, 0, 8, 8}, {out, 8, 8, 23}), Error);
}

TEST(Image, TheSizeMayChangeInTheMiddle) {
    const std::string codecs = "-c:v libx264 -preset ultrafast ";
    auto bytes = bytes_of(make("small.ts", flash(9, 0.4) + codecs));
    const auto second = bytes_of(
        make("wide.ts", flash(9, 0.4) + codecs + "-vf scale=320:240 -output_ts_offset 0.4"));
    bytes.insert(bytes.end(), second.begin(), second.end());
    const auto all = read_all(write("sizes.ts", bytes));
    ASSERT_NEAR(static_cast<double>(all.images.size()), 20, 2);
    EXPECT_EQ(all.images.front()->width(), 160);
    EXPECT_EQ(all.images.back()->width(), 320);

    Limits limits;
    limits.max_pixels_per_frame = 200 * 200;
    EXPECT_EQ(failure(write("sizes.ts", bytes), limits), ErrorCode::too_many_pixels);
}

}  // namespace
}  // namespace syncnet::media
