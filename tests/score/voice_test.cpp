// Whose voice it is, on made-up faces whose every pair is known.
#include "score/voice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <list>

#include "made_embeddings.h"

namespace syncnet::score {
namespace {

constexpr int kMaxOffset = 50, kReach = 65;

// Unrelated vectors lie 14.1 apart on this scale, equal ones 0.
Calibration calibration() {
    return {.intercept = 20,
            .confidence_weight = 0.5,
            .min_dist_weight = -3,
            .evidence_half = 40,
            .offset_width = 5,
            .offset_power = 6,
            .scale = {.gain = 10, .shift = 0},
            .pairs = PairStatistics{.advantage = 9, .nats = 0.04}};
}

// Faces and one audio, each at its own time.
class Clip {
  public:
    explicit Clip(std::int64_t frames)
        : frames_(frames), audio_(sync::random_embeddings(0, frames, 7)) {}

    // A face in view from `from` to `to`, whose lips say in frame i what is heard in frame
    // heard(i), where there is such a frame.
    void add_face(std::int64_t from, std::int64_t to,
                  const std::function<std::int64_t(std::int64_t)>& heard) {
        const auto seed = static_cast<unsigned>(100 + maps_.size());
        sync::Embeddings lips = sync::random_embeddings(from, to - from, seed);
        for (std::int64_t i = from; i < to; ++i)
            if (const std::int64_t j = heard(i); j >= 0 && j < frames_)
                sync::copy_row(audio_, j, lips, i);
        const sync::FrameWeights all{.first_frame = 0, .values = {}, .elsewhere = 1};
        maps_.emplace_back(lips, audio_, all, all, calibration().scale, kReach);
        faces_.push_back({.id = static_cast<int>(faces_.size()), .map = &maps_.back()});
    }

    Voice voice() const { return find_voice(faces_, calibration(), kMaxOffset); }

  private:
    std::int64_t frames_;
    sync::Embeddings audio_;
    std::list<sync::EvidenceMap> maps_;
    std::vector<Face> faces_;
};

constexpr std::int64_t kNever = -1;
std::int64_t never(std::int64_t) {
    return kNever;
}
auto delayed(std::int64_t frames) {
    return [frames](std::int64_t i) { return i + frames; };
}

TEST(Voice, WithoutFacesThereIsNone) {
    EXPECT_FALSE(find_voice({}, calibration(), kMaxOffset).result);
}

TEST(Voice, OneFaceAtOneOffset) {
    for (const std::int64_t delay : {0, 3, -20, 45}) {
        Clip clip(250);
        clip.add_face(0, 250, delayed(delay));
        const Voice v = clip.voice();
        ASSERT_TRUE(v.result) << delay;
        EXPECT_EQ(v.result->offset_frames, -delay);
        EXPECT_GT(v.fit, 0.95);
        EXPECT_EQ(v.mismatched_seconds, 0);
        EXPECT_TRUE(v.jumps.empty());
        EXPECT_FALSE(v.beyond_range);
        ASSERT_TRUE(v.drift);
        EXPECT_FALSE(v.drift->significant);
        EXPECT_LT(std::abs(v.drift->ms_per_s), 3 * v.drift->error + 1e-6);
    }
}

TEST(Voice, AStrangerFitsNowhere) {
    Clip clip(200);
    clip.add_face(0, 200, never);
    const Voice v = clip.voice();
    ASSERT_TRUE(v.result);
    EXPECT_LT(v.fit, 0.05);
    EXPECT_GT(v.compared_seconds, 7);
}

TEST(Voice, BeyondTheRangeIsTold) {
    Clip clip(300);
    clip.add_face(0, 300, delayed(58));
    const Voice v = clip.voice();
    EXPECT_TRUE(v.beyond_range);
    EXPECT_EQ(v.result->offset_frames, -58);
    EXPECT_GT(v.fit_at_any_offset, 0.95) << "it fits, out there";
    EXPECT_EQ(v.mismatched_seconds, 0);
}

TEST(Voice, TwoPeopleWhoTakeTurnsAreOneVoiceEach) {
    Clip clip(300);
    clip.add_face(0, 300, [](std::int64_t i) { return i < 150 ? i : kNever; });
    clip.add_face(0, 300, [](std::int64_t i) { return i >= 150 ? i : kNever; });
    const Voice v = clip.voice();
    EXPECT_EQ(v.result->offset_frames, 0);
    EXPECT_EQ(v.faces, 2);
    EXPECT_GT(v.fit, 0.95);
    EXPECT_EQ(v.mismatched_seconds, 0);
    ASSERT_EQ(v.passages.size(), 2);
    EXPECT_EQ(v.passages[0].face, 0);
    EXPECT_EQ(v.passages[1].face, 1);
    EXPECT_NEAR(static_cast<double>(v.passages[1].frames.from), 150, 10);
}

TEST(Voice, MoreFacesAreMoreChancesToFitByAccident) {
    Clip one(100), three(100);
    one.add_face(0, 100, delayed(0));
    three.add_face(0, 100, delayed(0));
    three.add_face(0, 100, never);
    three.add_face(0, 100, never);
    EXPECT_LT(three.voice().fit, one.voice().fit);
    EXPECT_EQ(three.voice().faces, 3);
}

TEST(Voice, AnotherFaceCutInDoesNotMatchWhereItIs) {
    Clip clip(300);
    clip.add_face(0, 100, delayed(0));
    clip.add_face(100, 200, never);
    clip.add_face(200, 300, delayed(0));
    const Voice v = clip.voice();
    EXPECT_EQ(v.result->offset_frames, 0);
    EXPECT_NEAR(v.mismatched_seconds, 4, 0.5);
    EXPECT_NEAR(v.fitting_seconds, 8, 0.5);
    EXPECT_GT(v.fitting_fit, 0.95);
    for (const Passage& p : v.passages) EXPECT_EQ(p.fits, p.face != 1);
}

TEST(Voice, AJumpIsToldWithItsTime) {
    Clip clip(400);
    clip.add_face(0, 400, [](std::int64_t i) { return i < 200 ? i : i + 8; });
    const Voice v = clip.voice();
    ASSERT_EQ(v.jumps.size(), 1);
    EXPECT_NEAR(static_cast<double>(v.jumps[0].frame), 200, 10);
    EXPECT_EQ(v.jumps[0].from, 0);
    EXPECT_EQ(v.jumps[0].to, -8);
    EXPECT_EQ(v.mismatched_seconds, 0);
}

TEST(Voice, ADriftIsMeasuredWithItsError) {
    for (const double percent : {-3.0, -0.8, 0.8, 2.0}) {
        Clip clip(375);
        // Audio that runs fast gets earlier and earlier.
        clip.add_face(0, 375, [&](std::int64_t i) {
            return std::llround(static_cast<double>(i) -
                                percent / 100 * static_cast<double>(i - 187));
        });
        const Voice v = clip.voice();
        ASSERT_TRUE(v.drift) << percent;
        EXPECT_TRUE(v.drift->significant) << percent;
        EXPECT_NEAR(v.drift->ms_per_s, 10 * percent, 3 * v.drift->error + 0.5) << percent;
        EXPECT_TRUE(v.jumps.empty()) << percent;
        EXPECT_GT(v.fit, 0.9) << percent;
    }
}

TEST(Voice, AnotherCalibrationChangesTheScoreAlone) {
    Clip clip(200);
    clip.add_face(0, 200, delayed(0));
    const Voice v = clip.voice();
    Calibration strict = calibration();
    strict.intercept = 0;
    const Voice w = rescored(v, strict);
    EXPECT_LT(w.fit, v.fit);
    EXPECT_EQ(w.result->offset_frames, v.result->offset_frames);
}

}  // namespace
}  // namespace syncnet::score
