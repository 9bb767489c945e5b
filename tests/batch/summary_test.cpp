#include "batch/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::batch {
namespace {

using testing::HasSubstr;

TEST(Summary, MeansAreOverTheLeadingFaces) {
    Summary summary;
    const std::vector<Row> a{
        {.video = "a", .faces = 2, .track = 0, .lse_c = 8, .lse_d = 6, .decision = "ALLOW"},
        {.video = "a",
         .faces = 2,
         .leading = false,
         .track = 1,
         .lse_c = 1,
         .lse_d = 12,
         .decision = "BLOCK"}};
    const std::vector<Row> b{
        {.video = "b", .faces = 1, .track = 0, .lse_c = 4, .lse_d = 8, .decision = "NEXT"}};
    const std::vector<Row> c{error_row("c", ErrorCode::empty_file, "")};
    for (const auto& video : {a, b, c}) summary.add(video);
    EXPECT_THAT(summary.text(), HasSubstr("videos 3, faces 3, errors 1 (empty_file 1)"));
    EXPECT_THAT(summary.text(), HasSubstr("of 2 videos: LSE-C 6.000, LSE-D 7.000"));
    EXPECT_THAT(summary.text(), HasSubstr("ALLOW 1 (50.0 %)"));
    EXPECT_THAT(summary.text(), testing::Not(HasSubstr("BLOCK")));
}

}  // namespace
}  // namespace syncnet::batch
