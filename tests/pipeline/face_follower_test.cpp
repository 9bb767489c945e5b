#include "pipeline/face_follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace syncnet::pipeline {
namespace {

using Frames = std::vector<std::int64_t>;

// Sees what the test says it sees, one answer per look.
class ScriptedDetector final : public face::Detector {
  public:
    using Script = std::function<std::vector<face::Detection>()>;
    explicit ScriptedDetector(Script script) : script_(std::move(script)) {}
    std::vector<face::Detection> detect(const media::Image&) override { return script_(); }

  private:
    Script script_;
};

face::Detection face_at(float x) {
    return {.box = {x, 50, x + 100, 150},
            .right_eye = {x + 30, 80},
            .left_eye = {x + 70, 80},
            .nose = {x + 50, 100},
            .mouth = {x + 50, 125},
            .score = 0.9F};
}

media::Image image(int scene) {
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < 90; ++y)
        for (int x = 0; x < 160; ++x)
            rgb.insert(rgb.end(), 3,
                       static_cast<std::uint8_t>((x * (3 + scene * 5) + y * 7 * scene) % 256));
    return media::Image::from_rgb(rgb, 160, 90);
}

Frames range(std::int64_t from, std::int64_t to) {
    Frames frames;
    for (; from < to; ++from) frames.push_back(from);
    return frames;
}

struct Outcome {
    std::map<int, Frames> handed;
    std::vector<int> ended;
};

// Pushes `frames` frames; `scene_of` tells each frame's scene, negative where there is no image;
// `sees` what the detector finds in a frame.
template <typename SceneOf, typename Sees>
Outcome follow(std::int64_t frames, int stride, const SceneOf& scene_of, const Sees& sees) {
    Outcome run;
    std::int64_t now = 0;
    FaceFollower follower(
        std::make_unique<ScriptedDetector>([&] { return sees(now); }),
        {.detection_stride = stride, .tracker = {}},
        [&](const face::Track& track, std::int64_t frame, const media::Image&) {
            run.handed[track.id].push_back(frame);
        },
        [&](const face::Track& track) { run.ended.push_back(track.id); });
    for (; now < frames; ++now) {
        const int scene = scene_of(now);
        follower.push(now, scene < 0 ? std::nullopt : std::optional(image(scene)));
    }
    follower.finish();
    return run;
}

constexpr auto kOneScene = [](std::int64_t) { return 0; };
constexpr auto kOneFace = [](std::int64_t) { return std::vector{face_at(0)}; };

TEST(FaceFollower, HandsOutEveryFrameOnceAndInOrder) {
    for (const int stride : {1, 2, 4, 7}) {
        for (const std::int64_t frames : {1, 5, 29, 103}) {
            const Outcome run = follow(frames, stride, kOneScene, kOneFace);
            ASSERT_EQ(run.handed.size(), 1U);
            EXPECT_EQ(run.handed.at(0), range(0, frames)) << stride << ' ' << frames;
            EXPECT_THAT(run.ended, testing::ElementsAre(0));
        }
    }
}

TEST(FaceFollower, ACutSplitsTheTrack) {
    const Outcome run = follow(
        60, 4, [](std::int64_t f) { return f < 33 ? 0 : 2; }, kOneFace);
    ASSERT_EQ(run.handed.size(), 2U);
    EXPECT_EQ(run.handed.at(0), range(0, 33));
    EXPECT_EQ(run.handed.at(1), range(33, 60));
    EXPECT_THAT(run.ended, testing::ElementsAre(0, 1));
}

TEST(FaceFollower, AFaceThatComesLateBeginsAfterTheLastLookWithoutIt) {
    const Outcome run = follow(60, 4, kOneScene, [](std::int64_t f) {
        return f < 20 ? std::vector<face::Detection>{} : std::vector{face_at(0)};
    });
    EXPECT_EQ(run.handed.at(0), range(17, 60));
}

TEST(FaceFollower, AGapIsBridgedAndALongerOneEndsTheTrack) {
    const auto gone = [](std::int64_t from, std::int64_t to) {
        return [=](std::int64_t f) {
            return f >= from && f < to ? std::vector<face::Detection>{} : std::vector{face_at(0)};
        };
    };
    const Outcome bridged = follow(80, 4, kOneScene, gone(20, 40));
    EXPECT_EQ(bridged.handed.at(0), range(0, 80));
    const Outcome broken = follow(120, 4, kOneScene, gone(20, 80));
    ASSERT_EQ(broken.handed.size(), 2U);
    EXPECT_EQ(broken.handed.at(0), range(0, 17)) << "to the last frame in which it was seen";
    EXPECT_EQ(broken.handed.at(1), range(77, 120));
}

TEST(FaceFollower, AVideoThatBeginsLateKeepsItsClock) {
    const Outcome run = follow(
        50, 4, [](std::int64_t f) { return f < 13 ? -1 : 0; }, kOneFace);
    EXPECT_EQ(run.handed.at(0), range(13, 50));
}

TEST(FaceFollower, TwoFacesAreTwoTracks) {
    const Outcome run = follow(30, 4, kOneScene, [](std::int64_t) {
        return std::vector{face_at(0), face_at(300)};
    });
    ASSERT_EQ(run.handed.size(), 2U);
    EXPECT_EQ(run.handed.at(0), range(0, 30));
    EXPECT_EQ(run.handed.at(1), range(0, 30));
}

// Looks at the whole image and near the faces that were there, and says which it was asked for.
class CountingDetector final : public face::Detector {
  public:
    struct Looks {
        Frames whole, near;
    };
    CountingDetector(const std::int64_t& now, Looks& looks, std::function<bool()> lost)
        : now_(now), looks_(looks), lost_(std::move(lost)) {}
    std::vector<face::Detection> detect(const media::Image&) override {
        looks_.whole.push_back(now_);
        return {face_at(0)};
    }
    std::optional<std::vector<face::Detection>> follow(
        const media::Image&, std::span<const face::Detection> before) override {
        EXPECT_EQ(before.size(), 1U);
        if (lost_()) return std::nullopt;
        looks_.near.push_back(now_);
        return std::vector(before.begin(), before.end());
    }

  private:
    const std::int64_t& now_;
    Looks& looks_;
    std::function<bool()> lost_;
};

template <typename SceneOf, typename Lost>
CountingDetector::Looks looks(std::int64_t frames, int stride, const SceneOf& scene_of,
                              const Lost& lost) {
    CountingDetector::Looks all;
    std::int64_t now = 0;
    FaceFollower follower(std::make_unique<CountingDetector>(now, all, [&] { return lost(now); }),
                          {.detection_stride = stride, .tracker = {}},
                          [](const face::Track&, std::int64_t, const media::Image&) {});
    for (; now < frames; ++now) follower.push(now, image(scene_of(now)));
    follower.finish();
    return all;
}

constexpr auto kNeverLost = [](std::int64_t) { return false; };

TEST(FaceFollower, LooksAtTheWholeImageNowAndThen) {
    const auto all = looks(40, 4, kOneScene, kNeverLost);
    EXPECT_EQ(all.whole, (Frames{0, 16, 32}));
    EXPECT_EQ(all.near, (Frames{4, 8, 12, 20, 24, 28, 36}));
    EXPECT_EQ(looks(100, 20, kOneScene, kNeverLost).near, Frames{}) << "seldom enough already";
}

TEST(FaceFollower, LooksAtTheWholeImageForAFaceThatIsLost) {
    EXPECT_EQ(looks(24, 4, kOneScene, [](std::int64_t f) { return f == 8; }).whole, (Frames{0, 8}));
}

TEST(FaceFollower, LooksAtTheWholeImageAfterACut) {
    EXPECT_EQ(looks(
                  20, 4, [](std::int64_t f) { return f < 6 ? 0 : 1; }, kNeverLost)
                  .whole,
              (Frames{0, 6}));
}

}  // namespace
}  // namespace syncnet::pipeline
