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
        EXPECT_EQ(lip.first_frame, 5);
        expect_rows(lip.values, expected.at("lip_embeddings"), tolerance);

        audio::LogMel mel;
        std::vector<float> samples = expected.at("samples").values;
        for (float& v : samples) v /= 32768.0F;
        mel.push(samples);
        const Embeddings sound = SoundEmbedder(model).embed(mel.frames());
        EXPECT_EQ(sound.first_frame, 4);
        expect_rows(sound.values, expected.at("sound_embeddings"), tolerance);
        const Speech speech = SpeechDetector(model).detect(mel.frames());
        EXPECT_EQ(speech.first_frame, 4);
        const auto& logits = expected.at("speech_logits").values;
        ASSERT_EQ(speech.probability.size(), logits.size());
        for (std::size_t i = 0; i < logits.size(); ++i)
            EXPECT_NEAR(speech.probability[i], 1 / (1 + std::exp(-logits[i])), tolerance);
    }
}

TEST(LipSync, BatchesDoNotShowInTheAnswer) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    const auto crops = golden().at("crops");
    const Embeddings once = lips(model, crops);
    const Embeddings many = lips(model, crops, 5);
    EXPECT_EQ(once.count(), 17 - 10);
    EXPECT_EQ(many.count(), 5 * 17 - 10);
    for (std::size_t i = 0; i < once.values.size(); ++i)
        ASSERT_NEAR(many.values[i], once.values[i], 1e-5);
}

TEST(LipSync, TooFewFramesGiveNoEmbedding) {
    const auto model = load_lip_sync(kModel, nn::Precision::f32);
    LipNetworks networks(model);
    LipEmbedder embedder(networks, 3);
    const std::vector<std::uint8_t> grey(64 * 64, 100);
    for (int i = 0; i < 10; ++i) embedder.push(grey);
    EXPECT_EQ(embedder.finish().count(), 0);
    EXPECT_EQ(SoundEmbedder(model).embed({}).count(), 0);
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
