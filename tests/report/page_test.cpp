#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/shell.h"
#include "report/made_analysis.h"

namespace syncnet::report {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHostile =
    "<script>alert(1)</script>\"onload='x' {{&title}} {{{title}}} &amp;\xFF.mp4";

std::string page_of(const Entry& entry, std::vector<media::Jpeg> thumbnails = {}) {
    const PageEntry one{.entry = &entry, .thumbnails = std::move(thumbnails)};
    return page({&one, 1}, "2026-01-02");
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST(Page, PutsNothingInUnescaped) {
    EXPECT_EQ(page_template().find("{{{"), std::string_view::npos);
    EXPECT_EQ(page_template().find("{{&"), std::string_view::npos);
}

TEST(Page, NeedsNothingFromElsewhereAndRunsNothing) {
    const std::string text = page_of(review("clip.mp4", steady(-200), Standard::r37, ""));
    EXPECT_THAT(text, HasSubstr("default-src 'none'"));
    for (const auto* const none : {"<script", "http://", "https://", "src=\"/", "@import", "url("})
        EXPECT_THAT(text, Not(HasSubstr(none)));
    EXPECT_THAT(text, HasSubstr("Fails EBU R37: at worst the audio is 200 ms late"));
    EXPECT_THAT(text, HasSubstr("syncnet fix clip.mp4 -o clip.fixed.mp4"));
    EXPECT_THAT(text, HasSubstr("2026-01-02"));
}

TEST(Page, HostileNamesAreText) {
    auto analysis = steady(-200);
    analysis.video.container = kHostile;
    const std::string text =
        page_of(review(std::string(kHostile), std::move(analysis), Standard::r37, ""));
    EXPECT_THAT(text, Not(HasSubstr("<script")));
    EXPECT_THAT(text, Not(HasSubstr("onload='")));
    EXPECT_THAT(text, Not(HasSubstr("\xFF")));
    EXPECT_THAT(text, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;onload=&apos;x&apos; "
                                "{{&amp;title}} {{{title}}} &amp;amp;\xEF\xBF\xBD.mp4"));
}

TEST(Page, ThumbnailsAreInIt) {
    const Review r = review("clip.mp4", steady(-200), Standard::r37, "");
    const std::string with = page_of(r, {{.width = 4, .height = 2, .bytes = {1, 2, 3}}});
    EXPECT_THAT(with, HasSubstr("<img src=\"data:image/jpeg;base64,AQID\" width=\"4\" height=\"2\" "
                                "alt=\"The image at 00:00:05:00\">"));
    EXPECT_THAT(page_of(r), Not(HasSubstr("<img")));
}

TEST(Page, SeveralFilesHaveAnOverviewAndWhatCouldNotBeReadIsSaid) {
    const std::vector<Entry> entries{
        review("good.mp4", steady(0), Standard::r37, ""),
        Failure{"bad.mp4", Error(ErrorCode::unreadable_video, "it is <damaged>")}};
    const std::vector<PageEntry> all{{.entry = &entries[0], .thumbnails = {}},
                                     {.entry = &entries[1], .thumbnails = {}}};
    const std::string text = page(all, "2026-01-02");
    EXPECT_THAT(text, HasSubstr("<a href=\"#file-2\"><bdi>bad.mp4</bdi></a>"));
    EXPECT_THAT(text, HasSubstr("it is &lt;damaged&gt;"));
    EXPECT_EQ(count(text, "<section class=\"file "), 2U);
    EXPECT_EQ(count(text, "<svg viewBox=\"0 0 960"), 1U);
}

TEST(Page, NobodyToJudgeIsAPageToo) {
    auto a = steady(0);
    a.verdict = {.score = {},
                 .decision = score::Decision::next,
                 .reasons = {{score::Reason::no_face, "No face was found."}}};
    a.voice = {};
    a.tracks.clear();
    a.timeline->tracks.clear();
    const std::string text = page_of(review("clip.mp4", std::move(a), Standard::all, ""));
    EXPECT_THAT(text, HasSubstr("Not judged by EBU R37: No face was found."));
    EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace syncnet::report
