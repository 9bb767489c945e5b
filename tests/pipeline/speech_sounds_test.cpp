// Where the bundled models hear speech: in espeak-ng's voice, and not in noise, tones, chords or
// silence, all made here.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numbers>
#include <random>
#include <stdexcept>

#include "pipeline/speech.h"

namespace syncnet::pipeline {
namespace {

using Samples = std::vector<float>;

constexpr int kRate = 16'000;
constexpr int kSamplesPerFrame = 640;
constexpr double kNormal = 0.1;  // RMS

double rms(const Samples& x) {
    double power = 0;
    for (const float v : x) power += static_cast<double>(v) * v;
    return std::sqrt(power / static_cast<double>(x.size()));
}

Samples at_level(Samples x, double decibels) {
    const auto gain = static_cast<float>(kNormal * std::pow(10, decibels / 20) / rms(x));
    for (float& v : x) v *= gain;
    return x;
}

template <typename Wave>
Samples made(double seconds, const Wave& wave) {
    Samples x(static_cast<std::size_t>(seconds * kRate));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(wave(static_cast<double>(i) / kRate));
    return at_level(std::move(x), 0);
}

Samples silence(double seconds) {
    return Samples(static_cast<std::size_t>(seconds * kRate));
}

Samples white_noise(double seconds) {
    std::mt19937 random(7);
    return made(seconds,
                [&](double) { return static_cast<double>(random()) / std::mt19937::max() - 0.5; });
}

double sine(double hz, double t) {
    return std::sin(2 * std::numbers::pi * hz * t);
}

Samples beeps(double seconds) {
    return made(seconds, [](double t) { return std::fmod(t, 0.5) < 0.2 ? sine(1000, t) : 0; });
}

Samples siren(double seconds) {
    return made(seconds, [](double t) {
        return std::sin(2 * std::numbers::pi * 800 * t + 120 * sine(0.5, t));
    });
}

// Chords of plucked strings, a new one every half second.
Samples chords(double seconds) {
    constexpr std::array kRoots{220.0, 174.6, 261.6, 196.0};
    return made(seconds, [&](double t) {
        const double root = kRoots[static_cast<std::size_t>(t / 0.5) % kRoots.size()];
        double sum = 0;
        for (const double interval : {1.0, 1.26, 1.5})
            for (int order = 1; order <= 5; ++order)
                sum += sine(root * interval * order, t) / (order * order);
        return sum * std::exp(-3 * std::fmod(t, 0.5));
    });
}

// By the program espeak-ng, of RMS kNormal.
Samples voice(const std::string& text) {
    const std::string command = "espeak-ng -v en-us --stdout '" + text + "'";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::vector<std::int16_t> wave(20 * 22'050);
    wave.resize(std::fread(wave.data(), sizeof(wave[0]), wave.size(), pipe.get()));
    constexpr std::size_t kHeader = 22;  // values
    constexpr double kStep = 22'050.0 / kRate;
    if (wave.size() < 2 * kHeader) throw std::runtime_error("espeak-ng said nothing");
    Samples x;
    for (double at = kHeader; at + 1 < static_cast<double>(wave.size()); at += kStep) {
        const auto i = static_cast<std::size_t>(at);
        const double part = at - static_cast<double>(i);
        x.push_back(static_cast<float>((wave[i] * (1 - part) + wave[i + 1] * part) / 32768));
    }
    return at_level(std::move(x), 0);
}

Samples sentence() {
    return voice("Maybe we should both go back home before the big storm begins, my mother said");
}

Samples joined(const std::vector<Samples>& parts) {
    Samples all;
    for (const Samples& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Samples mixed(Samples a, const Samples& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i % b.size()];
    return a;
}

std::int64_t frame_at(const Samples& before) {
    return std::ssize(before) / kSamplesPerFrame;
}

class SpeechSounds : public testing::TestWithParam<const char*> {
  protected:
    sync::Speech hear(const Samples& samples) {
        audio::LogMel mel;
        mel.push(samples);
        return without_far_voices(detector_.detect(mel.frames()), frame_levels(mel.frames()));
    }
    // The share of all frames that are within intervals of speech.
    double share(const Samples& samples) {
        std::int64_t frames = 0;
        const sync::Speech speech = hear(samples);
        for (const Interval& i : speech_intervals(speech)) frames += i.to - i.from;
        return static_cast<double>(frames) / static_cast<double>(speech.probability.size());
    }

  private:
    sync::SpeechDetector detector_{sync::load_lip_sync(SYNCNET_SOURCE_DIR "/models/" +
                                                           std::string(GetParam()) + ".safetensors",
                                                       nn::Precision::f32)
                                       .speech};
};
INSTANTIATE_TEST_SUITE_P(Models, SpeechSounds, testing::Values("lipsync", "lipsync-grid"),
                         [](const auto& model) {
                             std::string name = model.param;
                             std::erase(name, '-');
                             return name;
                         });

TEST_P(SpeechSounds, AVoiceIsSpeech) {
    for (const double decibels : {0.0, -30.0})
        EXPECT_GE(share(at_level(sentence(), decibels)), 0.95) << decibels;
}

TEST_P(SpeechSounds, WhatNobodySaysIsNot) {
    EXPECT_EQ(share(silence(4)), 0);
    for (const double decibels : {0.0, -20.0, -40.0}) {
        EXPECT_LE(share(at_level(white_noise(4), decibels)), 0.02) << decibels;
        EXPECT_LE(share(at_level(beeps(4), decibels)), 0.05) << decibels;
        EXPECT_LE(share(at_level(siren(4), decibels)), 0.05) << decibels;
        EXPECT_LE(share(at_level(chords(4), decibels)), 0.05) << decibels;
    }
}

TEST_P(SpeechSounds, AVoiceOverNoiseOrMusicIsSpeech) {
    EXPECT_GE(share(mixed(sentence(), at_level(white_noise(3), -10))), 0.9);
    EXPECT_GE(share(mixed(sentence(), at_level(chords(3), -10))), 0.9);
}

TEST_P(SpeechSounds, SilenceAroundAVoiceIsNot) {
    const Samples said = sentence();
    const sync::Speech speech = hear(joined({silence(2), said, silence(2)}));
    const std::int64_t from = frame_at(silence(2));
    EXPECT_LE(speech_frames(speech, 0, from - 4), 1);
    EXPECT_LE(speech_frames(speech, from + frame_at(said) + 5, 1000), 1);
}

TEST_P(SpeechSounds, OneWordBetweenSilencesIsSpeech) {
    for (const char* word : {"no", "tea", "yes", "why"})
        EXPECT_EQ(speech_intervals(hear(joined({silence(2), voice(word), silence(2)}))).size(), 1)
            << word;
}

TEST_P(SpeechSounds, AFarVoiceBesideANearOneIsNot) {
    const Samples near = joined({sentence(), silence(4)});
    const Samples far = at_level(joined({silence(0.5), sentence()}), -20);
    const sync::Speech speech = hear(mixed(near, far));
    const std::int64_t said = frame_at(sentence());
    EXPECT_GE(static_cast<double>(speech_frames(speech, 0, said)),
              0.9 * static_cast<double>(said - speech.first_frame));
    EXPECT_LE(speech_frames(speech, said + 8, 1000), 5);
}

}  // namespace
}  // namespace syncnet::pipeline
