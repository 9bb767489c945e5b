#include "evaluate/workbench.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipeline/models.h"

namespace syncnet::evaluate {
namespace {

constexpr std::size_t kPictures = 60;

LoadedClip clip() {
    auto picture = std::make_shared<media::I420>(96, 80);
    std::ranges::fill(picture->y, std::uint8_t{90});
    LoadedClip loaded{.sound = plucked_music(4 * 16'000, Draw(5)), .first_sample = 6'400};
    loaded.pictures.assign(kPictures, picture);
    loaded.mouths.resize(kPictures);
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
    EXPECT_EQ(bench_.clean().frames, static_cast<std::int64_t>(kPictures));
    EXPECT_EQ(bench_.own_sound().size(), kPictures * 640);
    EXPECT_EQ(bench_.own_sound()[0], bench_.clip().sound[6'400]);
    EXPECT_EQ(bench_.own_sound(640)[640], bench_.clip().sound[6'400]);
}

// What saves most of the time is only right if this holds.
TEST_F(WorkbenchTest, ASoundReadAloneIsTheSoundOfTheWholeFile) {
    const Samples noise = pink_noise(kPictures * 640, Draw(9));
    const auto alone = bench_.with_sound(noise);
    const auto whole = bench_.with_pictures(
        bench_.usual_times(), [this](std::size_t i) { return bench_.clip().pictures[i]; }, noise);
    EXPECT_GT(whole.sound.count(), 40);
    EXPECT_EQ(alone.sound.first_frame, whole.sound.first_frame);
    EXPECT_EQ(alone.sound.values, whole.sound.values);
    EXPECT_EQ(alone.speech.probability, whole.speech.probability);
    EXPECT_EQ(alone.frames, whole.frames);
    EXPECT_TRUE(alone.has_audio);
}

}  // namespace
}  // namespace syncnet::evaluate
