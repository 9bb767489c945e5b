#include "pipeline/speech.h"

#include <gmock/gmock.h>

#include <cmath>

namespace syncnet::pipeline {
namespace {

using testing::ElementsAre;

constexpr float kYes = 0.9F;
constexpr float kNo = 0.1F;

// Probabilities of stretches of frames one after the other, from frame 4 on.
sync::Speech heard(std::initializer_list<std::pair<int, float>> stretches) {
    sync::Speech speech{.first_frame = 4, .probability = {}};
    for (const auto& [frames, probability] : stretches)
        speech.probability.insert(speech.probability.end(), static_cast<std::size_t>(frames),
                                  probability);
    return speech;
}

std::vector<float> levels(std::initializer_list<std::pair<int, float>> stretches) {
    return heard(stretches).probability;
}

MATCHER_P2(Frames, from, to, "") {
    return arg.from == from && arg.to == to;
}

TEST(Speech, FramesBeforeTheFirstAndBehindTheLastAreNone) {
    const sync::Speech speech = heard({{3, kYes}});
    EXPECT_FALSE(is_speech(speech, 3));
    EXPECT_TRUE(is_speech(speech, 4));
    EXPECT_FALSE(is_speech(speech, 7));
    EXPECT_EQ(speech_frames(speech, 0, 100), 3);
    EXPECT_EQ(speech_frames(speech, 5, 6), 1);
}

TEST(SpeechIntervals, BreathsAreSpeechAndClicksAreNot) {
    EXPECT_THAT(speech_intervals(heard({{5, kYes}, {7, kNo}, {5, kYes}})),
                ElementsAre(Frames(4, 21)));
    EXPECT_THAT(speech_intervals(heard({{5, kYes}, {8, kNo}, {5, kYes}})),
                ElementsAre(Frames(4, 9), Frames(17, 22)));
    EXPECT_THAT(speech_intervals(heard({{2, kYes}, {20, kNo}})), ElementsAre());
}

TEST(SpeechIntervals, ASyllableBetweenSilencesIsSpeech) {
    EXPECT_THAT(speech_intervals(heard({{30, kNo}, {5, kYes}, {30, kNo}})),
                ElementsAre(Frames(34, 39)));
}

TEST(FrameLevels, TenTimesThePowerIsTenDecibels) {
    std::vector<audio::MelFrame> mel(8);
    for (audio::MelFrame& frame : mel) frame.fill(std::log(0.001F));
    for (std::size_t t = 4; t < 8; ++t) mel[t].fill(std::log(0.01F));
    mel.resize(11);  // what makes no whole frame is left out
    const std::vector<float> found = frame_levels(mel);
    ASSERT_EQ(found.size(), 2);
    EXPECT_NEAR(found[0], 10 * std::log10(0.001 * audio::kMelBands), 1e-3);
    EXPECT_NEAR(found[1] - found[0], 10, 1e-3);
}

TEST(FarVoices, AVoiceFarBelowTheNearestIsNone) {
    const sync::Speech speech = heard({{50, kYes}, {50, kNo}, {100, kYes}});
    const auto loud = levels({{54, -20.0F}, {50, -60.0F}, {100, -20.0F - kFarDecibels - 1}});
    const sync::Speech near = without_far_voices(speech, loud);
    EXPECT_THAT(speech_intervals(near), ElementsAre(Frames(4, 54)));
}

TEST(FarVoices, ASofterWordOfTheSameVoiceStays) {
    const sync::Speech speech = heard({{200, kYes}});
    const auto loud = levels({{54, -20.0F}, {150, -20.0F - kFarDecibels + 1}});
    EXPECT_EQ(speech_frames(without_far_voices(speech, loud), 0, 300), 200);
}

// Consonants are soft, and within reach of a vowel.
TEST(FarVoices, SoftFramesBesideLoudOnesStay) {
    constexpr auto kApart = static_cast<std::size_t>(2 * kLoudestWithin + 1);
    std::vector<float> loud(4 * kApart, -50.0F);
    for (std::size_t i = kLoudestWithin; i < loud.size(); i += kApart) loud[i] = -20.0F;
    const sync::Speech speech = heard({{static_cast<int>(loud.size()) - 4, kYes}});
    EXPECT_EQ(speech_frames(without_far_voices(speech, loud), 0, 100), std::ssize(loud) - 4);
}

TEST(FarVoices, OneFaintVoiceAloneStays) {
    const sync::Speech speech = heard({{60, kYes}});
    EXPECT_EQ(speech_frames(without_far_voices(speech, levels({{64, -70.0F}})), 0, 100), 60);
}

TEST(FarVoices, AShoutDoesNotSilenceTheSpeaker) {
    const sync::Speech speech = heard({{200, kYes}});
    const auto loud = levels({{8, 0.0F}, {196, -20.0F}});
    EXPECT_EQ(speech_frames(without_far_voices(speech, loud), 0, 300), 200);
}

TEST(FarVoices, NothingHeardNothingLost) {
    EXPECT_EQ(speech_frames(without_far_voices({}, {}), 0, 100), 0);
    const sync::Speech silent = without_far_voices(heard({{30, kNo}}), levels({{34, -20.0F}}));
    EXPECT_EQ(speech_frames(silent, 0, 100), 0);
    EXPECT_EQ(speech_frames(without_far_voices(heard({{30, kYes}}), {}), 0, 100), 30);
}

}  // namespace
}  // namespace syncnet::pipeline
