#include "sync/lip_sync.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"

namespace syncnet::sync {
namespace {

const std::string kModel = SYNCNET_SOURCE_DIR "/models/lipsync.safetensors";

nn::Safetensors golden() {
    return nn::Safetensors(
        MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/lipsync_golden.safetensors", 1U << 24U));
}

void expect_rows(std::span<const float> got, const nn::Tensor& want, float tolerance) {
    ASSERT_EQ(got.size(), want.values.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_NEAR(got[i], want.values[i], tolerance) << i;
}

Embeddings lips(const LipSyncModel& model, const nn::Tensor& crops, std::size_t repeat = 1) {
    LipNetworks networks(model);
    LipEmbedder embedder(networks, 0);
    const std::vector<std::uint8_t> pixels(crops.values.begin(), crops.values.end());
    for (std::size_t r = 0; r < repeat; ++r)
        for (std::size_t at = 0; at < pixels.size(); at += 64 * 64)
            embedder.push(std::span(pixels).subspan(at, 64 * 64));
    return embedder.finish();
}

// The golden values are PyTorch's, of the same weights (training/export.py).
TEST(LipSync, AgreesWithPyTorch) {
    const auto expected = golden();
    for (const auto precision : {nn::Precision::f32, nn::best_precision()}) {
        // Components of unit vectors of 128; bf16 keeps 8 bits of each activation.
        const float tolerance = precision == nn::Precision::f32 ? 1e-4F : 2e-2F;
        const auto model = load_lip_sync(kModel, precision);
        const Embeddings lip = lips(model, expected.at("crops"));
        EXPECT_EQ(lip.first_frame, 2);
        expect_rows(lip.values, expected.at("lip_embeddings"), tolerance);
        expect_rows(lip.reliability, expected.at("lip_reliability"), tolerance);

        audio::LogMel mel;
        std::vector<float> samples = expected.at("samples").values;
        for (float& v : samples) v /= 32768.0F;
        mel.push(samples);
        const Embeddings audio = AudioEmbedder(model).embed(mel.frames());
        EXPECT_EQ(audio.first_frame, 1);
        expect_rows(audio.values, expected.at("sound_embeddings"), tolerance);
        expect_rows(audio.reliability, expected.at("sound_reliability"), tolerance);
        const Speech speech = SpeechDetector(model.speech).detect(mel.frames());
        EXPECT_EQ(speech.first_frame, 4);
        const auto& logits = expected.at("speech_logits").values;
        ASSERT_EQ(speech.probability.size(), logits.size());
        for (std::size_t i = 0; i < logits.size(); ++i)
            EXPECT_NEAR(speech.probability[i], 1 / (1 + std::exp(-logits[i])), tolerance);
    }
}

// Runs of 64 embeddings follow each other without a seam: the same crops over and over give the
// same embeddings over and over, wherever runs begin.
TEST(LipSync, BatchesDoNotShowInTheAnswer) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    const auto crops = golden().at("crops");
    constexpr std::int64_t kPeriod = 17;
    const Embeddings many = lips(model, crops, 12);
    ASSERT_EQ(many.count(), 12 * kPeriod - 4);
    for (std::int64_t i = 14 + kPeriod; i + 14 < 12 * kPeriod; ++i) {
        for (std::size_t k = 0; k < kLipSyncEmbedding; ++k)
            ASSERT_NEAR(many.row(i)[k], many.row(i - kPeriod)[k], 1e-5) << i;
        ASSERT_NEAR(many.weight(i), many.weight(i - kPeriod), 1e-5) << i;
    }
}

// A clip that goes on does not change what was 14 frames before its end, nor do earlier images.
TEST(LipSync, AnEmbeddingSeesFourteenFramesToEitherSide) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    const auto crops = golden().at("crops");
    const Embeddings once = lips(model, crops, 4);
    const Embeddings twice = lips(model, crops, 5);
    const std::int64_t last = 4 * 17 - 1;
    for (std::int64_t i = 2; i <= last - 14; ++i)
        for (std::size_t k = 0; k < kLipSyncEmbedding; ++k)
            ASSERT_NEAR(once.row(i)[k], twice.row(i)[k], 1e-5) << i;
    double changed = 0;
    for (std::size_t k = 0; k < kLipSyncEmbedding; ++k)
        changed += std::abs(once.row(last - 2)[k] - twice.row(last - 2)[k]);
    EXPECT_GT(changed, 1e-3);
}

TEST(LipSync, TooFewFramesGiveNoEmbedding) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    LipNetworks networks(model);
    LipEmbedder embedder(networks, 3);
    const std::vector<std::uint8_t> grey(64 * 64, 100);
    for (int i = 0; i < 4; ++i) embedder.push(grey);
    EXPECT_EQ(embedder.finish().count(), 0);
    EXPECT_EQ(AudioEmbedder(model).embed({}).count(), 0);
}

TEST(LipSync, FacesThatShareTheNetworksDoNotMix) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    const auto crops = golden().at("crops");
    LipNetworks networks(model);
    LipEmbedder a(networks, 0);
    LipEmbedder b(networks, 0);
    const std::vector<std::uint8_t> pixels(crops.values.begin(), crops.values.end());
    const std::vector<std::uint8_t> grey(64 * 64, 77);
    for (std::size_t at = 0; at < pixels.size(); at += 64 * 64) {
        a.push(std::span(pixels).subspan(at, 64 * 64));
        b.push(grey);
    }
    (void)b.finish();
    const Embeddings beside = a.finish();
    const Embeddings alone = lips(model, crops);
    for (std::size_t i = 0; i < alone.values.size(); ++i)
        ASSERT_NEAR(beside.values[i], alone.values[i], 1e-6);
}

TEST(LipSync, OtherFilesAreRefused) {
    EXPECT_THROW((void)load_lip_sync(SYNCNET_SOURCE_DIR "/tests/golden/lipsync_golden.safetensors",
                                     nn::Precision::f32),
                 Error);
    EXPECT_THROW((void)load_lip_sync("/nonexistent", nn::Precision::f32), Error);
}

}  // namespace
}  // namespace syncnet::sync
