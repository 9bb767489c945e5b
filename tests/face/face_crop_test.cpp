#include "face/face_crop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"

namespace syncnet::face {
namespace {

// tests/reference/make_golden.py wrote it, with numpy and OpenCV.
const nn::Safetensors& golden() {
    static const nn::Safetensors tensors(
        MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/face_crop.safetensors", 1U << 24U));
    return tensors;
}

std::vector<std::uint8_t> bytes_of(const nn::Tensor& tensor) {
    return {tensor.values.begin(), tensor.values.end()};
}

TEST(FaceCrop, IsTheReferencesCrop) {
    const nn::Tensor rgb = golden().at("rgb");
    const auto pixels = bytes_of(rgb);
    const nn::Tensor poses = golden().at("poses");
    std::vector<std::uint8_t> crop(kFaceCropBytes);
    for (std::size_t i = 0; i < static_cast<std::size_t>(poses.dims[0]); ++i) {
        const float* const pose = poses.values.data() + 3 * i;
        face_crop({pixels.data(), rgb.dims[1], rgb.dims[0]}, {pose[0], pose[1], pose[2]}, crop);
        const auto expected = bytes_of(golden().at("crop" + std::to_string(i)));
        constexpr std::size_t kRow = static_cast<std::size_t>(kFaceCropSide) * 3;
        for (std::size_t at = 0; at < expected.size(); ++at)  // every 8th row was kept
            ASSERT_EQ(crop[at / kRow * 8 * kRow + at % kRow], expected[at])
                << "pose " << i << ", row " << at / kRow * 8 << ", byte " << at % kRow;
    }
}

TEST(Resize, IsOpenCvs) {
    const nn::Tensor rgb = golden().at("rgb");
    std::vector<std::uint8_t> pixels;  // 216 x 128 of it
    const auto all = bytes_of(rgb);
    for (int row = 0; row < 128; ++row)
        pixels.insert(pixels.end(), all.begin() + row * rgb.dims[1] * 3,
                      all.begin() + (row * rgb.dims[1] + 216) * 3);
    std::vector<std::uint8_t> quarter(std::size_t{54} * 32 * 3);
    resize_bilinear({pixels.data(), 216, 128}, quarter, 54, 32);
    EXPECT_EQ(quarter, bytes_of(golden().at("quarter")));
}

Track track_of(const std::vector<float>& lefts) {
    Track track{.id = 0, .first_frame = 10};
    for (const float left : lefts) {
        Detection d;
        d.box = {left, 20, left + 50, 80};
        track.geometry.push_back(d);
    }
    return track;
}

// scipy.signal.medfilt with 13 taps: one jump is gone, the ends are filled up with zeros.
TEST(FaceCrop, ABoxThatJumpsIsHeldByTheMedian) {
    std::vector<float> lefts(30, 100);
    lefts[15] = 400;
    const Track track = track_of(lefts);
    EXPECT_DOUBLE_EQ(median_face_pose(track, 25).x, 125);
    EXPECT_DOUBLE_EQ(median_face_pose(track, 25).y, 50);
    EXPECT_DOUBLE_EQ(median_face_pose(track, 25).half, 30);
    EXPECT_DOUBLE_EQ(median_face_pose(track, 10).x, 125) << "6 zeros, 7 values: the least of them";
    EXPECT_DOUBLE_EQ(median_face_pose(track_of({100, 100}), 10).half, 0) << "as the reference";
}

// Whatever a detector says.
TEST(FaceCrop, ImpossibleBoxesAreNoCrash) {
    const std::vector<std::uint8_t> pixels(64 * 48 * 3, 9);
    std::vector<std::uint8_t> crop(kFaceCropBytes);
    for (const FacePose& pose : {FacePose{0, 0, 0}, FacePose{-1e4, 1e5, 3}, FacePose{30, 20, 1e9},
                                 FacePose{30, 20, -5}, FacePose{1e12, -1e12, 1e12}})
        EXPECT_NO_THROW(face_crop({pixels.data(), 64, 48}, pose, crop));
}

}  // namespace
}  // namespace syncnet::face
