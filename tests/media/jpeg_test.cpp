#include "media/jpeg.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "media/media_files.h"

namespace syncnet::media {
namespace {

using namespace testing;

Image plain(int width, int height) {
    std::vector<std::uint8_t> rgb;
    for (int i = 0; i < width * height; ++i) rgb.insert(rgb.end(), {200, 60, 20});
    return Image::from_rgb(rgb, width, height);
}

TEST(Jpeg, IsSmallerAndStillTheSameImage) {
    const Jpeg jpeg = to_jpeg(plain(640, 360), 192);
    EXPECT_EQ(jpeg.width, 192);
    EXPECT_EQ(jpeg.height, 108);
    std::vector<std::byte> bytes;
    for (const std::uint8_t b : jpeg.bytes) bytes.push_back(static_cast<std::byte>(b));
    const auto file = write("small.jpg", bytes);
    const auto rgb =
        bytes_of(make("small.rgb", "-i " + file.string() + " -pix_fmt rgb24 -f rawvideo"));
    ASSERT_EQ(rgb.size(), 3U * 192 * 108);
    const auto middle = 3U * (54 * 192 + 96);
    EXPECT_LE(std::abs(std::to_integer<int>(rgb[middle]) - 200), 6);
    EXPECT_LE(std::abs(std::to_integer<int>(rgb[middle + 1]) - 60), 6);
    EXPECT_LE(std::abs(std::to_integer<int>(rgb[middle + 2]) - 20), 6);
}

TEST(Jpeg, NeverGrowsAndIsTheSameEachTime) {
    const Jpeg jpeg = to_jpeg(plain(64, 36), 192);
    EXPECT_EQ(jpeg.width, 64);
    EXPECT_EQ(jpeg.bytes, to_jpeg(plain(64, 36), 192).bytes);
    const Jpeg narrow = to_jpeg(plain(2, 1000), 100);
    EXPECT_EQ(narrow.width, 2);
    EXPECT_EQ(narrow.height, 100);
}

}  // namespace
}  // namespace syncnet::media
