#include "audio/log_mel.h"

#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "nn/weights/safetensors.h"

namespace syncnet::audio {
namespace {

nn::Safetensors golden() {
    return nn::Safetensors(
        MappedFile(SYNCNET_SOURCE_DIR "/tests/golden/lipsync_golden.safetensors", 1U << 24U));
}

std::vector<float> samples(const nn::Safetensors& file) {
    std::vector<float> result = file.at("samples").values;
    for (float& v : result) v /= 32768.0F;
    return result;
}

void expect_rows(std::span<const MelFrame> got, const nn::Tensor& want) {
    ASSERT_EQ(want.dims, (std::vector{kMelBands, static_cast<int>(got.size())}));
    for (std::size_t t = 0; t < got.size(); ++t)
        for (std::size_t band = 0; band < kMelBands; ++band)
            ASSERT_NEAR(got[t][band], want.values[band * got.size() + t], 1e-3) << t << ' ' << band;
}

// training/mel.py wrote the golden file.
TEST(LogMel, AgreesWithTraining) {
    const auto file = golden();
    LogMel mel;
    mel.push(samples(file));
    expect_rows(mel.frames(), file.at("log_mel"));
    expect_rows(normalise(mel.frames()), file.at("mel"));
}

TEST(LogMel, PiecesMakeTheSameFrames) {
    const auto audio = samples(golden());
    LogMel whole;
    whole.push(audio);
    LogMel pieces;
    for (std::size_t at = 0, size = 1; at < audio.size(); at += size, size = size % 700 + 13)
        pieces.push(std::span(audio).subspan(at, std::min(size, audio.size() - at)));
    EXPECT_EQ(pieces.frames(), whole.frames());
}

TEST(LogMel, TooLittleAudioHasNoFrame) {
    LogMel mel;
    mel.push(std::vector<float>(399));
    EXPECT_TRUE(mel.frames().empty());
    EXPECT_TRUE(normalise(mel.frames()).empty());
}

}  // namespace
}  // namespace syncnet::audio
