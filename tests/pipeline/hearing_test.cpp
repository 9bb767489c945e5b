// Audio that grows is heard as it would be at once.
#include "pipeline/hearing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "audio/log_mel.h"

namespace syncnet::pipeline {
namespace {

// A voice's rhythm: noise that comes and goes, and a far one between.
std::vector<audio::MelFrame> some_audio(double seconds) {
    std::mt19937 random(3);
    std::vector<float> samples(static_cast<std::size_t>(seconds * 16'000));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double t = static_cast<double>(i) / 16'000;
        const double loud = 0.2 * std::max(0.0, std::sin(9 * t)) + 0.002;
        samples[i] =
            static_cast<float>(loud * (std::sin(2 * 3.14159 * 180 * t) +
                                       static_cast<double>(random()) / std::mt19937::max() - 0.5));
    }
    audio::LogMel mel;
    mel.push(samples);
    return mel.frames();
}

TEST(Hearing, SoFarIsWhatTheWholeIs) {
    const auto models = load_models({.folder = SYNCNET_BINARY_DIR "/models"});
    const ScoringModel& scoring = models->find("");
    const auto session = scoring.network->start();
    Hearing growing(scoring, *session, [] {});
    const auto mel = some_audio(9);
    for (const std::size_t count : {20UL, 90UL, 130UL, 333UL, 337UL, 500UL, 760UL, mel.size()}) {
        const sync::AudioFrames frames{.log_mel = std::span(mel).first(count), .mfcc = {}};
        const Heard now = growing.so_far(frames);
        const Heard whole = Hearing(scoring, *session, [] {}).whole(frames);
        ASSERT_EQ(now.audio.first_frame, whole.audio.first_frame);
        ASSERT_EQ(now.audio.values.size(), whole.audio.values.size()) << count;
        ASSERT_EQ(now.audio.reliability.size(), whole.audio.reliability.size()) << count;
        ASSERT_EQ(now.speech.probability.size(), whole.speech.probability.size()) << count;
        float most = 0;
        for (std::size_t i = 0; i < now.audio.values.size(); ++i)
            most = std::max(most, std::abs(now.audio.values[i] - whole.audio.values[i]));
        for (std::size_t i = 0; i < now.audio.reliability.size(); ++i)
            most = std::max(most, std::abs(now.audio.reliability[i] - whole.audio.reliability[i]));
        for (std::size_t i = 0; i < now.speech.probability.size(); ++i)
            most =
                std::max(most, std::abs(now.speech.probability[i] - whole.speech.probability[i]));
        EXPECT_LT(most, 1e-4F) << count;
    }
}

}  // namespace
}  // namespace syncnet::pipeline
