#include "batch/where.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::batch {
namespace {

const Row kGood{.video = "good.mp4",
                .offset_frames = -2,
                .score = 0.95,
                .decision = "ALLOW",
                .reasons = "in_sync"};
const Row kOff{.video = "off.mp4", .offset_frames = 7, .score = 0.95, .decision = "NEXT"};
const Row kBroken = error_row("broken.mp4", ErrorCode::empty_file, "0 bytes");

TEST(Where, IsAnExpressionOnTheColumns) {
    Where near("score >= 0.9 and abs(offset) <= 2");
    EXPECT_TRUE(near.matches(kGood));
    EXPECT_FALSE(near.matches(kOff));
    EXPECT_FALSE(near.matches(kBroken));
    EXPECT_TRUE(near.matches(kGood));  // one after another

    EXPECT_TRUE(Where("decision in ('NEXT', 'BLOCK') or error is not null").matches(kBroken));
    EXPECT_TRUE(Where("video like '%off%' and leading").matches(kOff));
    EXPECT_FALSE(Where("offset_frames <> 7 -- a comment").matches(kOff));
}

std::string refusal(const std::string& condition) {
    try {
        const Where where(condition);
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
        return e.what();
    }
    return "taken";
}

TEST(Where, SaysWhatIsWrongAndWhichColumnsThereAre) {
    EXPECT_THAT(
        refusal("decision = ALLOW"),
        testing::AllOf(testing::HasSubstr("no such column: ALLOW"),
                       testing::HasSubstr("offset_frames"), testing::HasSubstr("single quotes")));
    for (const char* condition : {"score >", "score)", "1; drop table results", ""})
        EXPECT_THAT(refusal(condition), testing::HasSubstr("columns")) << condition;
}

TEST(Where, ComputesAndDoesNothingElse) {
    for (const char* condition :
         {"load_extension('x') is null", "exists (select 1 from pragma_database_list)",
          "(select count(*) from sqlite_master) = 0 and writefile('x', 'y')"})
        EXPECT_NE(refusal(condition), "taken") << condition;
}

}  // namespace
}  // namespace syncnet::batch
