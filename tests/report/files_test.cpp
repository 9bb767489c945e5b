// What editors and spreadsheets read: edit decision lists, tables, commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/csv.h"
#include "report/edl.h"
#include "report/made_analysis.h"
#include "report/summary.h"

namespace syncnet::report {
namespace {

using namespace testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Review reviewed(pipeline::Analysis a, double fps, const char* time_code,
                const std::string& name = "clip.mp4") {
    a.video.frame_rate = media::exact_rate(fps);
    a.video.fps = fps;
    a.video.time_code = time_code;
    return review(name, std::move(a), Standard::r37, "");
}

Proposal proposed(const pipeline::Analysis& a, const char* video, const char* flags) {
    return propose(a, offsets_over_time(a), video, flags);
}

TEST(Edl, AnEventAMarker) {
    const std::string text = edl(reviewed(steady(-200), 25, "10:00:00:00"));
    EXPECT_THAT(text, StartsWith("TITLE: clip.mp4\nFCM: NON-DROP FRAME\n* FRAME RATE: 25\n\n"
                                 "001  AX       V     C        10:00:00:00 10:00:10:00 "
                                 "10:00:00:00 10:00:10:00\n"
                                 "* LOC: 10:00:00:00 RED     Outside the limit\n"
                                 "* COMMENT: Here the audio is 200 ms late"));
    EXPECT_THAT(text, HasSubstr("\n |C:ResolveColorRed |M:Outside the limit: Here the audio"));
    EXPECT_THAT(text, HasSubstr(" |D:250\n"));
}

TEST(Edl, DropsFrameNumbersWhereTheFileDoes) {
    // 10 s before the minute, at which numbers 0 and 1 are left out.
    const std::string text = edl(reviewed(jumping(200), 30000.0 / 1001, "00:59:49;28"));
    EXPECT_THAT(text, HasSubstr("FCM: DROP FRAME\n* FRAME RATE: 29.970\n"));
    EXPECT_THAT(text, HasSubstr("002  AX       V     C        00:59:59;28 00:59:59;29"));
    const std::string on = edl(reviewed(steady(-200), 30000.0 / 1001, "01:00:59;29"));
    EXPECT_THAT(on, HasSubstr("01:00:59;29 01:01:10;01"));
    EXPECT_THAT(edl(reviewed(steady(-200), 30000.0 / 1001, "01:00:00:00")),
                HasSubstr("NON-DROP FRAME"));
}

TEST(Edl, AMomentIsOneFrameLongAtAnyRate) {
    for (const double fps : {24.0, 23.976, 50.0, 60.0}) {
        const std::string text = edl(reviewed(jumping(200), fps, "01:00:00:00"));
        EXPECT_THAT(text, HasSubstr(fps < 30 ? " |D:1\n" : " |D:2\n")) << fps;
    }
}

TEST(Edl, HostileNamesStayOnTheirLine) {
    const std::string text =
        edl(reviewed(steady(-200), 25, "", "a\nFCM: DROP FRAME\n|C:x\xFF.mp4"));
    EXPECT_THAT(text, StartsWith("TITLE: a?FCM: DROP FRAME??C:x?.mp4\nFCM: NON-DROP FRAME\n"));
}

TEST(Csv, ARowAMarker) {
    const std::vector<Entry> entries{reviewed(steady(-200), 25, "10:00:00:00"),
                                     Failure{"none.mp4", Error(ErrorCode::not_found, "no, none")}};
    const std::string text = csv(entries);
    EXPECT_THAT(text, StartsWith("video,kind,limit,start,end,start_s,end_s,offset_ms,text\n"
                                 "clip.mp4,leaves_limit,r37,10:00:00:00,10:00:10:00,0.00,10.00,"
                                 "-200,\"Here the audio is"));
    EXPECT_THAT(text, EndsWith("none.mp4,error,,,,,,,\"Not found: no, none\"\n"));
}

TEST(Csv, NamesAreNoFormulasAndStayInTheirCell) {
    const std::vector<Entry> entries{reviewed(steady(-200), 25, "", "=cmd(\"x\"),\n\xFF.mp4")};
    EXPECT_THAT(csv(entries), HasSubstr("\n\"'=cmd(\"\"x\"\"),\n\xEF\xBF\xBD.mp4\",leaves_limit"));
}

TEST(Proposal, IsACommandThatAShellTakesAsItIsMeant) {
    const Proposal late = proposed(steady(-200), "it's late.avi", " --face left");
    EXPECT_EQ(late.remedy, Remedy::move);
    EXPECT_EQ(late.command,
              R"(syncnet fix --face left 'it'\''s late.avi' -o 'it'\''s late.fixed.mkv')");
    EXPECT_THAT(late.text, HasSubstr("200 ms earlier"));
    EXPECT_THAT(proposed(steady(-200), "-x;rm.mp4", "").command,
                StartsWith("syncnet fix './-x;rm.mp4' -o './-x;rm.fixed.mp4'"));
    EXPECT_THAT(proposed(steady(-200), "a\nb.mp4", "").command, HasSubstr(R"($'a\x0ab.mp4')"));
}

TEST(Proposal, NothingWhereNothingIsToBeDoneOrCanBe) {
    EXPECT_EQ(proposed(steady(33), "a.mp4", "").command, "");
    EXPECT_THAT(proposed(steady(33), "a.mp4", "").text, HasSubstr("within one frame"));
    const Proposal jumps = proposed(jumping(200), "a.mp4", "");
    EXPECT_EQ(jumps.command, "");
    EXPECT_THAT(jumps.text, HasSubstr("Cut the video where the offset jumps (00:00:10:00)"));
}

TEST(Proposal, DriftIsMendedBySpeed) {
    auto a = made_analysis(500, [](std::int64_t f) { return static_cast<double>(f) * 0.6; });
    a.voice.passages = {passage({0, 500}, 150)};
    a.voice.drift = score::Drift{.ms_per_s = 15, .error = 0.5, .significant = true};
    EXPECT_THAT(proposed(a, "a.mp4", "").command, HasSubstr("--drift keep-pitch"));
}

TEST(Summary, SaysTheVerdictFirst) {
    EXPECT_THAT(summary(reviewed(steady(-200), 25, "")),
                StartsWith("clip.mp4: Fails EBU R37: at worst the audio is 200 ms late, and 60 ms "
                           "late is the most allowed.\n"));
    EXPECT_THAT(summary(reviewed(steady(0), 25, "")),
                StartsWith("clip.mp4: Passes EBU R37: at worst the audio is in place.\n"));
    EXPECT_THAT(summary(reviewed(steady(33), 25, "")), StartsWith("clip.mp4: Borderline"));
}

}  // namespace
}  // namespace syncnet::report
