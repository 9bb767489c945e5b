#include "face/blaze_face.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"
#include "nn/weights/tflite.h"

namespace syncnet::face {
namespace {

struct File {
    const char* name;
    const char* golden;
    BlazeFaceRange range;
    const char* scores;
    const char* boxes;
};

std::string model(const char* name) {
    return std::string(SYNCNET_BINARY_DIR "/models/") + name;
}

nn::Safetensors golden(const char* name) {
    return nn::Safetensors(
        MappedFile(std::string(SYNCNET_SOURCE_DIR "/tests/golden/") + name, 1U << 24U));
}

class BlazeFaceFiles : public testing::TestWithParam<File> {};

// tests/reference/blaze_face.py runs the same file with PyTorch.
TEST_P(BlazeFaceFiles, NetworkAgreesWithPyTorch) {
    const auto expected = golden(GetParam().golden);
    const auto loaded = load_blaze_face(model(GetParam().name), GetParam().range);
    nn::Session session(loaded.plan);
    std::ranges::transform(expected.at("pixels").values, session.input().begin(),
                           [](float v) { return v * (2.0F / 255.0F) - 1.0F; });
    session.run();
    for (const char* name : {GetParam().scores, GetParam().boxes}) {
        const auto& want = expected.at(name).values;
        const auto got = session.output(name);
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i)
            ASSERT_NEAR(got[i], want[i], 2e-3 + 1e-4 * std::abs(want[i])) << name << ' ' << i;
    }
}

TEST_P(BlazeFaceFiles, FindsTheFaceWhereItIs) {
    const nn::Tensor pixels = golden(GetParam().golden).at("pixels");
    std::vector<std::uint8_t> face(pixels.values.begin(), pixels.values.end());
    const int side = pixels.dims[0];
    // The portrait in a larger grey image, off the middle.
    const int width = side * 3 / 2, height = side * 5 / 4, left = side / 3, top = side / 8;
    std::vector<std::uint8_t> image(static_cast<std::size_t>(3 * width * height), 128);
    for (int y = 0; y < side; ++y)
        std::copy_n(face.begin() + 3 * y * side, 3 * side,
                    image.begin() + 3 * ((y + top) * width + left));
    BlazeFace detector(load_blaze_face(model(GetParam().name), GetParam().range));
    const auto alone = detector.detect(media::Image::from_rgb(face, side, side));
    const auto found = detector.detect(media::Image::from_rgb(image, width, height));
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(alone.size(), 1U);
    const Detection& d = found[0];
    EXPECT_GT(d.score, 0.6F);
    const auto tolerance = static_cast<float>(side) * 0.06F;
    EXPECT_NEAR(d.mouth.x, alone[0].mouth.x + static_cast<float>(left), tolerance);
    EXPECT_NEAR(d.mouth.y, alone[0].mouth.y + static_cast<float>(top), tolerance);
    EXPECT_LT(d.right_eye.x, d.left_eye.x) << "the person's right eye is on the image's left";
    EXPECT_GT(d.mouth.y, d.nose.y);
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, BlazeFaceFiles,
    testing::Values(File{"face_detection_full_range.tflite", "blaze_face_full.safetensors",
                         BlazeFaceRange::full, "reshaped_classifier_face_4",
                         "reshaped_regressor_face_4"},
                    File{"face_detection_short_range.tflite", "blaze_face_short.safetensors",
                         BlazeFaceRange::short_, "classificators", "regressors"}),
    [](const auto& file) { return file.param.range == BlazeFaceRange::full ? "full" : "short"; });

// The portrait in a grey image that is so much larger, `right` pixels off the middle.
media::Image far_away(int right) {
    const nn::Tensor pixels = golden("blaze_face_full.safetensors").at("pixels");
    const int side = pixels.dims[0], large = 4 * side;
    std::vector<std::uint8_t> image(static_cast<std::size_t>(3 * large * large), 128);
    for (int y = 0; y < side; ++y)
        std::copy_n(pixels.values.begin() + 3 * y * side, 3 * side,
                    image.begin() + 3 * ((y + side) * large + side + right));
    return media::Image::from_rgb(image, large, large);
}

TEST(BlazeFace, FollowsASmallFaceFromNear) {
    BlazeFace detector(
        load_blaze_face(model("face_detection_full_range.tflite"), BlazeFaceRange::full));
    const auto before = detector.detect(far_away(0));
    ASSERT_EQ(before.size(), 1U);
    constexpr int kMoved = 12;
    const auto image = far_away(kMoved);
    const auto there = detector.detect(image);
    const auto followed = detector.follow(image, before);
    ASSERT_TRUE(followed && followed->size() == 1 && there.size() == 1);
    EXPECT_NEAR(followed->front().mouth.x, there.front().mouth.x, 1);
    EXPECT_NEAR(followed->front().mouth.y, there.front().mouth.y, 1);
    EXPECT_NEAR(followed->front().mouth.x, before.front().mouth.x + kMoved, 1.5);

    const std::vector<std::uint8_t> grey(std::size_t{3 * 768 * 768}, 128);
    EXPECT_FALSE(detector.follow(media::Image::from_rgb(grey, 768, 768), before)) << "it is lost";
}

TEST(BlazeFace, AnEmptyImageHasNoFace) {
    const std::vector<std::uint8_t> grey(3 * 64 * 48, 90);
    BlazeFace detector(
        load_blaze_face(model("face_detection_full_range.tflite"), BlazeFaceRange::full));
    EXPECT_TRUE(detector.detect(media::Image::from_rgb(grey, 64, 48)).empty());
}

TEST(BlazeFace, TheOtherRangesFileIsRefused) {
    EXPECT_THROW(
        (void)load_blaze_face(model("face_detection_short_range.tflite"), BlazeFaceRange::full),
        Error);
    EXPECT_THROW((void)load_blaze_face(model("absent.tflite"), BlazeFaceRange::full), Error);
}

}  // namespace
}  // namespace syncnet::face
