// What a person before the camera is told, twice a second.
#include "pipeline/verdict_so_far.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace syncnet::pipeline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TrackAnalysis face(std::int64_t from, std::int64_t to, float width = 200) {
    return {.id = 3,
            .first_frame = from,
            .frames = to - from,
            .mean_box = {0, 0, width, width},
            .last_box = {10, 20, 10 + width, 20 + width}};
}

Analysis after(double seconds, const score::Evidence& evidence, std::vector<TrackAnalysis> faces) {
    Analysis analysis{.seconds = seconds, .width = 640, .height = 480, .tracks = std::move(faces)};
    analysis.evidence = evidence;
    analysis.evidence.seconds = seconds;
    analysis.verdict.reasons = {{score::Reason::too_little_speech, "So far."}};
    return analysis;
}

constexpr score::Evidence kTalking{
    .has_audio = true, .any_face = true, .speech = 3, .seen = 3, .readable = 3};

TEST(Hints, NoneWhereAllIsWell) {
    EXPECT_THAT(hints(after(4, kTalking, {face(0, 95)})), IsEmpty());
}

TEST(Hints, NoneBeforeThereWasTimeToDoAnything) {
    EXPECT_THAT(hints(after(0.8, {}, {})), IsEmpty());
}

TEST(Hints, SayWhatIsMissing) {
    EXPECT_THAT(hints(after(3, {}, {})), ElementsAre(Hint::no_audio, Hint::no_face));
    score::Evidence silent = kTalking;
    silent.speech = silent.seen = silent.readable = 0.2;
    EXPECT_THAT(hints(after(4, silent, {face(0, 95)})), ElementsAre(Hint::speak_louder));
    score::Evidence covered = kTalking;
    covered.readable = 0.5;
    EXPECT_THAT(hints(after(4, covered, {face(0, 95)})), ElementsAre(Hint::mouth_covered));
    EXPECT_THAT(hints(after(4, kTalking, {face(0, 95, 60)})), ElementsAre(Hint::face_too_small));
}

TEST(Hints, AFaceThatHasLeftIsMissing) {
    EXPECT_THAT(hints(after(4, kTalking, {face(0, 60)})), Contains(Hint::no_face));
}

TEST(Hints, AFaceThatHasJustComeIsNot) {
    score::Evidence coming = kTalking;
    coming.speech = 1;
    EXPECT_THAT(hints(after(1.6, coming, {})), IsEmpty());
}

TEST(VerdictSoFar, HasNoNumbersWithoutEvidence) {
    const auto json = verdict_so_far(after(2, kTalking, {face(0, 45)}));
    EXPECT_EQ(json["score"], nullptr);
    EXPECT_EQ(json["offset_frames"], nullptr);
    EXPECT_EQ(json["decision"], "NEXT");
    EXPECT_EQ(json["reason_codes"], nlohmann::json::array({"too_little_speech"}));
    EXPECT_EQ(json["seconds"], 2);
    EXPECT_EQ(json["width"], 640);
}

TEST(VerdictSoFar, ShowsTheFacesWhereTheyAreNow) {
    const auto json = verdict_so_far(after(4, kTalking, {face(0, 95), face(0, 30)}));
    ASSERT_EQ(json["faces"].size(), 1U);
    EXPECT_EQ(json["faces"][0]["box"], nlohmann::json::array({10, 20, 210, 220}));
    EXPECT_EQ(json["faces"][0]["track"], 3);
}

}  // namespace
}  // namespace syncnet::pipeline
