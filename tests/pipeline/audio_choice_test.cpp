#include "pipeline/audio_choice.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace syncnet::pipeline {
namespace {

using Which = AudioChoice::Which;
using Kind = Mix::Kind;

media::Info file_with(std::vector<std::string> languages, int channels = 1) {
    media::Info info;
    for (std::string& language : languages)
        info.audio_tracks.push_back({.codec = "aac",
                                     .language = std::move(language),
                                     .channels = channels,
                                     .readable = true});
    if (!info.audio_tracks.empty()) info.audio_track = 0;
    return info;
}

// Levels of stereo with these sides.
ChannelLevels stereo(std::vector<float> left, std::vector<float> right) {
    ChannelLevels levels;
    const std::vector<std::span<const float>> channels{left, right};
    levels.push({0, left, channels});
    return levels;
}

Tried heard(int track, double speech, double fit) {
    return {.pick = {.track = track}, .speech_seconds = speech, .fit = fit};
}

TEST(AudioChoice, SaysWhatItMeans) {
    EXPECT_EQ(parse_audio_choice("best")->which, Which::best);
    EXPECT_EQ(parse_audio_choice("default")->which, Which::container);
    EXPECT_EQ(parse_audio_choice("2")->track, 2);
    EXPECT_EQ(parse_audio_choice("DEU")->language, "deu");
    for (const char* const wrong : {"", "0", "-1", "2.5", "2nd", "x", "de_DE"})
        EXPECT_FALSE(parse_audio_choice(wrong)) << wrong;
    for (const char* const text : {"best", "default", "3", "eng"})
        EXPECT_EQ(to_string(*parse_audio_choice(text)), text);
}

TEST(AudioChoice, FindsATrackByNumberAndLanguage) {
    const auto info = file_with({"deu", "en-GB"});
    EXPECT_EQ(first_track(info, {}), 0);
    EXPECT_EQ(first_track(info, *parse_audio_choice("2")), 1);
    EXPECT_EQ(first_track(info, *parse_audio_choice("en")), 1);
    EXPECT_EQ(first_track(info, *parse_audio_choice("ger")), 0);
    EXPECT_EQ(first_track(info, *parse_audio_choice("en-gb")), 1);
    for (const char* const missing : {"3", "fra", "en-US"}) {
        try {
            first_track(info, *parse_audio_choice(missing));
            FAIL() << missing;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_request);
            EXPECT_NE(std::string(e.what()).find("1 (deu), 2 (en-GB)"), std::string::npos);
        }
    }
}

TEST(AudioChoice, ListensNoFurtherOnceAVoiceFits) {
    int listened = 0;
    const auto search = find_audio(file_with({"", ""}), {}, heard(0, 4, 0.97), [&](const auto&) {
        ++listened;
        return heard(1, 4, 0.99);
    });
    EXPECT_EQ(listened, 0);
    EXPECT_EQ(search.chosen.pick.track, 0);
}

TEST(AudioChoice, TakesTheTrackThatFits) {
    const std::map<int, double> fits{{1, 0.1}, {2, 0.98}, {3, 0.99}};
    const auto search =
        find_audio(file_with({"", "", "", ""}), {}, heard(0, 4, 0.02),
                   [&](const AudioPick& p) { return heard(p.track, 4, fits.at(p.track)); });
    EXPECT_EQ(search.chosen.pick.track, 2);
    EXPECT_EQ(search.tried.size(), 3U);
}

TEST(AudioChoice, StaysWhereNothingIsClearlyBetter) {
    const auto search = find_audio(file_with({"", ""}), {}, heard(0, 4, 0.02),
                                   [](const AudioPick& p) { return heard(p.track, 4, 0.05); });
    EXPECT_EQ(search.chosen.pick.track, 0);
}

TEST(AudioChoice, TakesTheOnlyTrackWithSpeech) {
    const auto search = find_audio(file_with({"", ""}), {}, heard(0, 0, 0),
                                   [](const AudioPick& p) { return heard(p.track, 4, 0.04); });
    EXPECT_EQ(search.chosen.pick.track, 1);
}

TEST(AudioChoice, OnlyTheTrackThatWasAskedFor) {
    const auto search =
        find_audio(file_with({"", ""}), *parse_audio_choice("default"), heard(0, 4, 0.02),
                   [](const AudioPick&) -> Tried { throw std::logic_error("nobody asked"); });
    EXPECT_EQ(search.chosen.pick.track, 0);
}

TEST(AudioChoice, HearsTheDifferenceWhereTheSidesCancelEachOther) {
    Tried mix = heard(0, 0, 0);
    mix.levels = stereo({0.5F, -0.5F, 0.3F}, {-0.5F, 0.5F, -0.3F});
    EXPECT_TRUE(mix.levels.inverted());
    const auto search = find_audio(file_with({""}, 2), {}, mix, [](const AudioPick& pick) {
        EXPECT_EQ(pick.mix.kind, Kind::difference);
        return Tried{.pick = pick, .speech_seconds = 3, .fit = 0.97};
    });
    EXPECT_EQ(search.chosen.pick.mix.kind, Kind::difference);
}

TEST(OtherMixes, SayNothingNewWhereBothSidesAreTheSame) {
    const auto info = file_with({""}, 2);
    EXPECT_TRUE(other_mixes(stereo({0.5F, -0.2F}, {0.5F, -0.2F}), info.audio_tracks[0]).empty());
}

TEST(OtherMixes, OfOneSideTheMixIsAllThereIs) {
    const auto levels = stereo({0.5F, -0.2F, 0.1F}, {0, 0, 0});
    EXPECT_TRUE(levels.one_sided());
    EXPECT_TRUE(other_mixes(levels, file_with({""}, 2).audio_tracks[0]).empty());
}

TEST(OtherMixes, AreTheSidesWhereTheyDiffer) {
    const auto info = file_with({""}, 2);
    const auto mixes =
        other_mixes(stereo({0.5F, -0.2F, 0.1F}, {0.1F, 0.4F, 0.3F}), info.audio_tracks[0]);
    ASSERT_EQ(mixes.size(), 2U);
    EXPECT_EQ(to_string(mixes[0], info.audio_tracks[0]), "left");
    EXPECT_EQ(to_string(mixes[1], info.audio_tracks[0]), "right");
}

TEST(OtherMixes, BeginWithTheCentre) {
    media::AudioTrack track{.channels = 6, .centre = 2};
    const std::vector<float> loud{0.5F, -0.5F};
    ChannelLevels levels;
    const std::vector<std::span<const float>> channels(6, loud);
    levels.push({0, loud, channels});
    const auto mixes = other_mixes(levels, track);
    ASSERT_EQ(mixes.size(), 6U);
    EXPECT_EQ(to_string(mixes[0], track), "centre");
    EXPECT_EQ(to_string(mixes[5], track), "channel 6");
}

}  // namespace
}  // namespace syncnet::pipeline
