#include "evaluate/reading_edits.h"

#include <gtest/gtest.h>

#include <cmath>

namespace syncnet::evaluate {
namespace {

using pipeline::Reading;

// Row of frame i: {i}.
sync::Embeddings numbered(std::int64_t first, std::int64_t end) {
    sync::Embeddings rows{.first_frame = first, .dimensions = 1};
    for (std::int64_t i = first; i < end; ++i) rows.values.push_back(static_cast<float>(i));
    return rows;
}

// 75 frames, speech in [30, 50), one face from frame 2 to the end.
Reading talk() {
    Reading reading{.frames = 75, .any_face = true, .has_audio = true};
    reading.tracks.push_back({.id = 3, .first_frame = 2, .frames = 73});
    reading.tracks.back().lips.embeddings = numbered(7, 70);
    reading.audio = numbered(4, 70);
    reading.speech = {.first_frame = 4, .probability = std::vector<float>(66, 0.1F)};
    for (std::size_t i = 26; i < 46; ++i) reading.speech.probability[i] = 0.9F;
    return reading;
}

TEST(SpeechSpan, ByTheDetectorAndByTheLevel) {
    std::vector<float> audio(75 * 640, 0.3F);
    const auto whole = speech_span(talk().speech, audio);
    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ(whole->from, 30);
    EXPECT_EQ(whole->to, 50);
    // What the detector takes for speech though nothing is heard but a click.
    std::fill(audio.begin(), audio.begin() + 35 * 640, 0.001F);
    std::fill(audio.begin() + 45 * 640, audio.end(), 0.001F);
    audio[32 * 640 + 100] = 1;
    const auto heard = speech_span(talk().speech, audio);
    ASSERT_TRUE(heard.has_value());
    EXPECT_EQ(heard->from, 35);
    EXPECT_EQ(heard->to, 45);
    EXPECT_FALSE(speech_span({}, audio).has_value());
}

TEST(Trimmed, FramesBeginAnewAndEmbeddingsStayWithTheirFrames) {
    const Reading cut = trimmed(talk(), {.from = 30, .to = 50});
    EXPECT_EQ(cut.frames, 30);  // 25 .. 54
    ASSERT_EQ(cut.tracks.size(), 1U);
    EXPECT_EQ(cut.tracks[0].id, 3);
    EXPECT_EQ(cut.tracks[0].first_frame, 0);
    EXPECT_EQ(cut.tracks[0].frames, 30);
    const sync::Embeddings& lips = cut.tracks[0].lips.embeddings;
    EXPECT_EQ(lips.count(), 20);
    EXPECT_EQ(lips.first_frame, 5);
    EXPECT_EQ(lips.row(5)[0], 30);
    EXPECT_EQ(cut.audio.row(24)[0], 49);
    EXPECT_EQ(pipeline::speech_frames(cut.speech, 0, 100), 20);
    EXPECT_TRUE(pipeline::is_speech(cut.speech, 5));
    EXPECT_FALSE(pipeline::is_speech(cut.speech, 4));
}

TEST(Trimmed, FacesThatAreGoneByThenAreLeftOut) {
    Reading reading = talk();
    reading.tracks[0].frames = 10;
    EXPECT_TRUE(trimmed(reading, {.from = 30, .to = 50}).tracks.empty());
}

TEST(Trimmed, AtTheEndsOfTheClip) {
    const Reading cut = trimmed(talk(), {.from = 2, .to = 74});
    EXPECT_EQ(cut.frames, 75);
    EXPECT_EQ(cut.tracks[0].first_frame, 2);
    EXPECT_EQ(cut.audio.count(), 66);
}

TEST(Delayed, MovesAudioAndSpeechTogether) {
    const Reading moved = delayed(talk(), -5);
    EXPECT_EQ(moved.audio.first_frame, -1);
    EXPECT_TRUE(pipeline::is_speech(moved.speech, 25));
    EXPECT_FALSE(pipeline::is_speech(moved.speech, 46));
}

TEST(Stretch, OneFaceAndAPartOfItsLips) {
    const Reading reading = talk();
    const Reading part = stretch(reading, reading.tracks[0], 10, 15);
    ASSERT_EQ(part.tracks.size(), 1U);
    EXPECT_EQ(part.tracks[0].lips.embeddings.count(), 5);
    EXPECT_EQ(part.tracks[0].lips.embeddings.row(14)[0], 14);
    EXPECT_EQ(part.audio.count(), reading.audio.count());
}

}  // namespace
}  // namespace syncnet::evaluate
