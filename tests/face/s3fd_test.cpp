#include "face/s3fd.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"
#include "reference/made_up.h"

namespace syncnet::face {
namespace {

// tests/reference/make_golden.py wrote it, with PyTorch, from a photograph.
const nn::Safetensors& golden() {
    static const nn::Safetensors tensors(
        MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/s3fd.safetensors", 1U << 24U));
    return tensors;
}

made_up::Weights weights() {
    std::map<std::string, nn::Tensor> given;
    for (const char* const name : {"L2Norm3_3.weight", "L2Norm4_3.weight", "L2Norm5_3.weight"})
        given.emplace(name, golden().at(name));
    return made_up::Weights(s3fd_tensors(), std::move(given));
}

constexpr S3fdOptions kUnsure{.min_confidence = 0.6F};

class S3fdPrecision : public testing::TestWithParam<nn::Precision> {};

// "odd" has sides that no stride divides: another plan from the same weights, poolings that round.
TEST_P(S3fdPrecision, AgreesWithPyTorchOnAPhotograph) {
    if (GetParam() != nn::Precision::f32 && nn::best_precision() == nn::Precision::f32)
        GTEST_SKIP() << "this processor has no bf16";
    S3fd detector(load_s3fd(weights(), GetParam(), 2), kUnsure);
    const bool exact = GetParam() != nn::Precision::bf16;
    for (const std::string name : {"usual", "odd", "usual"}) {
        const nn::Tensor rgb = golden().at(name + ".rgb");
        const nn::Tensor expected = golden().at(name + ".faces");
        const int height = rgb.dims[0];
        const int width = rgb.dims[1];
        const std::vector<std::uint8_t> pixels(rgb.values.begin(), rgb.values.end());
        const auto faces =
            detector.detect_rgb(pixels, width, height, 4.0F * static_cast<float>(width),
                                4.0F * static_cast<float>(height));
        if (exact) {
            EXPECT_EQ(static_cast<int>(faces.size()), expected.dims[0]) << name;
        }
        for (int i = 0; i < expected.dims[0]; ++i) {
            const float* const e = expected.values.data() + static_cast<std::ptrdiff_t>(i) * 5;
            // bf16 may lose or find what is just at the threshold.
            if (!exact && e[4] < kUnsure.min_confidence + 0.05F) continue;
            const Box want{e[0], e[1], e[2], e[3]};
            const auto same = std::ranges::max_element(faces, {}, [&](const Detection& d) {
                return intersection_over_union(d.box, want);
            });
            ASSERT_NE(same, faces.end());
            if (exact) {
                constexpr float kPixel = 0.5F;
                EXPECT_NEAR(same->box.left, want.left, kPixel) << name << ' ' << i;
                EXPECT_NEAR(same->box.top, want.top, kPixel) << name << ' ' << i;
                EXPECT_NEAR(same->box.right, want.right, kPixel) << name << ' ' << i;
                EXPECT_NEAR(same->box.bottom, want.bottom, kPixel) << name << ' ' << i;
            } else {  // the neighbour of a box may have become the better one
                EXPECT_GT(intersection_over_union(same->box, want), 0.3F) << name << ' ' << i;
            }
            EXPECT_NEAR(same->score, e[4], exact ? 1e-3 : 0.03) << name << ' ' << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, S3fdPrecision,
                         testing::Values(nn::Precision::f32, nn::Precision::bf16x3,
                                         nn::Precision::bf16),
                         [](const auto& precision) {
                             return std::string(nn::to_string(precision.param));
                         });

TEST(S3fd, HasTheLayersOfThePublishedFile) {
    std::size_t values = 0;
    for (const nn::TensorSpec& spec : s3fd_tensors()) {
        std::size_t size = 1;
        for (const int d : spec.dims) size *= static_cast<std::size_t>(d);
        values += size;
    }
    EXPECT_EQ(s3fd_tensors().size(), 65);
    EXPECT_EQ(values * sizeof(float), 89'836'440);  // of the file's 89,844,381 bytes
}

TEST(S3fd, TinyImagesAreNoCrash) {
    S3fd detector(load_s3fd(weights(), nn::best_precision()), kUnsure);
    const std::vector<std::uint8_t> rgb(8 * 6 * 3, 128);
    EXPECT_NO_THROW((void)detector.detect(media::Image::from_rgb(rgb, 8, 6)));
}

}  // namespace
}  // namespace syncnet::face
