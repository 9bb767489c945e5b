#include "audio/mfcc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"
#include "reference/made_up.h"

namespace syncnet::audio {
namespace {

std::vector<float> made_up_audio(std::uint32_t samples) {
    std::vector<float> result;
    for (const std::int16_t s : made_up::audio(samples))
        result.push_back(static_cast<float>(s) / 32768.0F);
    return result;
}

std::vector<MfccFrame> frames_of(std::span<const float> audio) {
    Mfcc mfcc;
    mfcc.push(audio);
    mfcc.finish();
    return mfcc.frames();
}

// tests/reference/mfcc.py made the golden values; the audio begins with silence.
TEST(Mfcc, AgreesWithTheReference) {
    const nn::Tensor expected =
        nn::Safetensors(
            MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/syncnet_v2.safetensors", 1U << 24U))
            .at("mfcc");
    const auto frames = frames_of(made_up_audio(40 * 640));
    ASSERT_EQ(expected.dims, (std::vector{static_cast<int>(frames.size()), kMfccCoefficients}));
    for (std::size_t t = 0; t < frames.size(); ++t)
        for (std::size_t k = 0; k < kMfccCoefficients; ++k)
            ASSERT_NEAR(frames[t][k], expected.values[t * kMfccCoefficients + k], 1e-3)
                << "frame " << t << ", coefficient " << k;
}

TEST(Mfcc, PiecesMakeTheSameFrames) {
    const auto audio = made_up_audio(9000);
    Mfcc pieces;
    for (std::size_t at = 0, size = 1; at < audio.size(); at += size, size = size % 700 + 13)
        pieces.push(std::span(audio).subspan(at, std::min(size, audio.size() - at)));
    pieces.finish();
    EXPECT_EQ(pieces.frames(), frames_of(audio));
}

// python_speech_features: 1 + ceil((samples - 400) / 160) frames.
TEST(Mfcc, TheLastFrameIsFilledUp) {
    const std::pair<std::uint32_t, std::size_t> counts[] = {
        {0, 0}, {1, 1}, {400, 1}, {401, 2}, {560, 2}, {561, 3}, {640, 3}, {16000, 99}};
    for (const auto& [samples, frames] : counts)
        EXPECT_EQ(frames_of(made_up_audio(samples)).size(), frames) << samples << " samples";
}

}  // namespace
}  // namespace syncnet::audio
