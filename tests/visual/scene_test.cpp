// Boxes stand where faces are, and the strip tells the time.
#include <gtest/gtest.h>

#include <algorithm>

#include "visual/faces.h"
#include "visual/strip.h"
#include "visual/theme.h"

namespace syncnet::visual {
namespace {

constexpr std::int64_t kFrames = 100;

// One face that moves to the right, and speech in the second half.
struct Scene {
    pipeline::Reading reading;
    pipeline::Analysis analysis;

    Scene() {
        reading.frames = kFrames;
        reading.width = 320;
        reading.height = 240;
        reading.has_audio = true;
        pipeline::ReadTrack track{.id = 3, .first_frame = 10, .frames = 50};
        for (int i = 0; i < 50; ++i) {
            const auto left = static_cast<float>(40 + 2 * i);
            track.boxes.push_back({left, 60, left + 80, 160});
        }
        reading.tracks.push_back(track);
        for (std::int64_t i = 0; i < kFrames * pipeline::kPeaksPerFrame; ++i)
            reading.peaks.push_back(i < kFrames * 2 ? 0.0F : 0.5F);

        reading.speech.probability.assign(kFrames, 0.0F);
        std::fill(reading.speech.probability.begin() + 50, reading.speech.probability.end(), 1.0F);

        pipeline::TrackAnalysis lead{.id = 3, .first_frame = 10, .frames = 50};
        lead.voice.curve = sync::SyncCurve(sync::kPublishedReach);
        std::ranges::fill(lead.voice.curve.mean_distance, 12);
        lead.voice.curve.mean_distance[lead.voice.curve.shift_of(0)] = 8;
        lead.voice.result = sync::read_curve(lead.voice.curve);
        analysis.voice = lead.voice;
        analysis.max_offset = sync::kPublishedReach;
        analysis.tracks.push_back(lead);
        analysis.verdict = {.score = 0.95,
                            .decision = score::Decision::allow,
                            .reasons = {{score::Reason::in_sync, "It fits."}}};
        pipeline::Window window{.frames = {10, 60},
                                .result = lead.voice.result,
                                .enough_speech = true,
                                .enough_lips = true};
        analysis.timeline = pipeline::Timeline{
            .tracks = {{.id = 3, .windows = {window}, .offsets = {}}},
            .speech = {{50, 100}},
            .speakers = {{.frames = {50, 60}, .track = 3}, {.frames = {60, 100}, .track = {}}}};
    }
};

const Rect kImage{0, 0, 320, 240};

TEST(Faces, AreBoxedWhereTheyAreAndWhileTheyAreThere) {
    const Scene scene;
    for (const auto& [frame, left] : {std::pair{10, 40}, {30, 80}, {59, 138}}) {
        Canvas canvas(320, 240);
        draw_faces(canvas, kImage, scene.reading, scene.analysis, frame);
        EXPECT_NE(canvas.at(left, 110), Colour{}) << frame;
        EXPECT_NE(canvas.at(left + 79, 110), Colour{}) << frame;
        EXPECT_EQ(canvas.at(left + 40, 110), Colour{}) << "the face itself is left free";
        EXPECT_EQ(canvas.at(left - 3, 110), Colour{}) << frame;
    }
    for (const int frame : {0, 9, 60, 99}) {
        Canvas canvas(320, 240);
        draw_faces(canvas, kImage, scene.reading, scene.analysis, frame);
        EXPECT_TRUE(std::ranges::all_of(canvas.rgb(), [](std::uint8_t v) { return v == 0; }));
    }
}

TEST(Faces, BoxesFollowTheImageWhereItLies) {
    const Scene scene;
    Canvas canvas(320, 160);
    draw_faces(canvas, {100, 0, 160, 120}, scene.reading, scene.analysis, 10);
    EXPECT_NE(canvas.at(120, 55), Colour{}) << "100 + 40 / 2";
    EXPECT_EQ(canvas.at(140, 55), Colour{});
}

TEST(Faces, ConfidenceGoesFromRedToGreen) {
    const Colour none = colour_of_confidence(-1), much = colour_of_confidence(50);
    EXPECT_GT(none.red, none.green);
    EXPECT_GT(much.green, much.red);
}

TEST(Strip, IsEvenAndGrowsWithTheImage) {
    for (const int width : {320, 480, 640, 1280, 1920}) EXPECT_EQ(strip_height(width) % 2, 0);
    EXPECT_GT(strip_height(1920), 2 * strip_height(640));
}

TEST(Strip, ThePlayheadMovesAndLoudAudioIsHigh) {
    const Scene scene;
    const int height = strip_height(640);
    const Strip strip({0, 0, 640, height}, scene.reading, scene.analysis);
    Canvas early(640, height), late(640, height);
    strip.draw(early, 10);
    strip.draw(late, 90);
    EXPECT_FALSE(std::ranges::equal(early.rgb(), late.rgb()));

    const auto count = [&](int from, int to, Colour colour) {
        int found = 0;
        for (int y = 0; y < height; ++y)
            for (int x = from; x < to; ++x) found += late.at(x, y) == colour ? 1 : 0;
        return found;
    };
    EXPECT_EQ(count(0, 200, kWave), 0) << "silence";
    EXPECT_GT(count(230, 400, kWave), 500) << "speech";
    EXPECT_GT(count(0, 640, kNobody), 0) << "a voice without a face";
    EXPECT_GT(count(0, 640, colour_of(score::Decision::allow)), 0);
}

TEST(Strip, NothingToShowIsNoProblem) {
    const pipeline::Reading reading{.frames = 1};
    pipeline::Analysis analysis{.timeline = pipeline::Timeline{}};
    analysis.verdict.reasons = {{score::Reason::no_face, "No face was found."}};
    const int height = strip_height(320);
    const Strip strip({0, 0, 320, height}, reading, analysis);
    Canvas canvas(320, height);
    strip.draw(canvas, 0);
    EXPECT_EQ(canvas.at(0, 0), kBackground);
}

}  // namespace
}  // namespace syncnet::visual
