#include "evaluate/audio_edits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace syncnet::evaluate {
namespace {

Samples tone(double hz, std::size_t count = 16'000) {
    Samples audio(count);
    for (std::size_t i = 0; i < count; ++i)
        audio[i] = static_cast<float>(
            0.5 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / 16'000));
    return audio;
}

double power(std::span<const float> audio) {
    double sum = 0;
    for (const float s : audio) sum += static_cast<double>(s) * s;
    return sum / static_cast<double>(audio.size());
}

double decibels(double ratio) {
    return 10 * std::log10(ratio);
}

TEST(Excerpt, SilenceStandsForWhatIsNotThere) {
    EXPECT_EQ(excerpt(Samples{1, 2, 3}, -1, 5), (Samples{0, 1, 2, 3, 0}));
    EXPECT_EQ(excerpt(Samples{1, 2, 3}, 7, 2), (Samples{0, 0}));
}

TEST(AtSpeed, TheSameAtOneAndHigherAbove) {
    const Samples audio = tone(400);
    const Samples same = at_speed(audio, 100, 200, 1);
    for (std::size_t i = 0; i < same.size(); ++i) EXPECT_NEAR(same[i], audio[100 + i], 1e-6);
    const Samples quick = at_speed(audio, 0, 1000, 1.1), higher = tone(440);
    for (std::size_t i = 10; i < 900; ++i) EXPECT_NEAR(quick[i], higher[i], 1e-2) << i;
}

TEST(Mixed, AsLoudAsIsSaid) {
    const Samples audio = tone(300);
    for (const double wanted : {20.0, 5.0, 0.0}) {
        const Samples both = mixed(audio, pink_noise(audio.size(), Draw(1)), wanted);
        Samples noise(audio.size());
        for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = both[i] - audio[i];
        EXPECT_NEAR(decibels(power(audio) / power(noise)), wanted, 0.01);
    }
    EXPECT_EQ(mixed(audio, Samples(16'000, 0), 10), audio);
}

TEST(Noises, TheSameEveryTime) {
    EXPECT_EQ(pink_noise(1000, Draw(7)), pink_noise(1000, Draw(7)));
    EXPECT_NE(pink_noise(1000, Draw(7)), pink_noise(1000, Draw(8)));
    EXPECT_EQ(plucked_music(20'000, Draw(7)), plucked_music(20'000, Draw(7)));
    EXPECT_GT(power(plucked_music(20'000, Draw(7))), 1e-4);
}

TEST(Reverberated, EchoesFallBySixtyDecibelsInT60) {
    Samples click(16'000, 0);
    click[0] = 1;
    const double t60 = 0.5;
    const Samples room = reverberated(click, t60, Draw(3));
    EXPECT_NEAR(power(room), power(click), 1e-9);  // as loud as before
    const std::span<const float> all(room);
    const double early = power(all.subspan(400, 800)), late = power(all.subspan(4400, 800));
    EXPECT_NEAR(decibels(early / late), 60 * 0.25 / t60, 3);  // a quarter of a second apart
    EXPECT_EQ(power(all.subspan(8'100)), 0);
}

TEST(BandPassed, KeepsTheBandAndNothingElse) {
    const auto through = [](double hz) {
        const Samples audio = tone(hz);
        return decibels(power(band_passed(audio, 300, 3400)) / power(audio));
    };
    EXPECT_NEAR(through(1000), 0, 0.2);
    EXPECT_NEAR(through(3400), -3, 0.5);
    EXPECT_LT(through(75), -40);
    EXPECT_LT(through(7000), -30);
}

TEST(HalvedRate, EverySecondSample) {
    EXPECT_EQ(halved_rate(Samples{1, 2, 3, 4, 5}), (Samples{1, 3, 5}));
}

}  // namespace
}  // namespace syncnet::evaluate
