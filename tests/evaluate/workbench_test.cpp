#include "evaluate/workbench.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/models.h"

namespace syncnet::evaluate {
namespace {

constexpr std::size_t kImages = 60;

LoadedClip clip() {
    auto image = std::make_shared<media::I420>(96, 80);
    std::ranges::fill(image->y, std::uint8_t{90});
    LoadedClip loaded{.audio = plucked_music(4 * 16'000, Draw(5)), .first_sample = 6'400};
    loaded.images.assign(kImages, image);
    loaded.mouths.resize(kImages);
    return loaded;
}

class WorkbenchTest : public ::testing::Test {
  protected:
    const pipeline::Analyzer analyzer_{
        pipeline::load_models({.folder = SYNCNET_BINARY_DIR "/models"}), {}};
    const Judge judge_{.analyzer = &analyzer_};
    const Workbench bench_{judge_, clip()};
};

TEST_F(WorkbenchTest, TheCleanReadingIsThatOfTheLoadedPart) {
    EXPECT_EQ(bench_.clean().frames, static_cast<std::int64_t>(kImages));
    EXPECT_EQ(bench_.own_audio().size(), kImages * 640);
    EXPECT_EQ(bench_.own_audio()[0], bench_.clip().audio[6'400]);
    EXPECT_EQ(bench_.own_audio(640)[640], bench_.clip().audio[6'400]);
}

// What saves most of the time is only right if this holds.
TEST_F(WorkbenchTest, ASoundReadAloneIsTheAudioOfTheWholeFile) {
    const Samples noise = pink_noise(kImages * 640, Draw(9));
    const auto alone = bench_.with_audio(noise);
    const auto whole = bench_.with_images(
        bench_.usual_times(), [this](std::size_t i) { return bench_.clip().images[i]; }, noise);
    EXPECT_GT(whole.audio.count(), 40);
    EXPECT_EQ(alone.audio.first_frame, whole.audio.first_frame);
    EXPECT_EQ(alone.audio.values, whole.audio.values);
    EXPECT_EQ(alone.speech.probability, whole.speech.probability);
    EXPECT_EQ(alone.frames, whole.frames);
    EXPECT_TRUE(alone.has_audio);
}

}  // namespace
}  // namespace syncnet::evaluate
