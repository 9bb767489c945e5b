#include "batch/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::batch {
namespace {

using testing::HasSubstr;

TEST(Summary, MeansAreOverTheLeadingFaces) {
    Summary summary;
    const std::vector<Row> a{{.video = "a",
                              .faces = 2,
                              .track = 0,
                              .confidence = 8,
                              .min_dist = 6,
                              .decision = "ALLOW",
                              .model = "lipsync 2.1"},
                             {.video = "a",
                              .faces = 2,
                              .leading = false,
                              .track = 1,
                              .confidence = 1,
                              .min_dist = 12,
                              .decision = "BLOCK",
                              .model = "lipsync 2.1"}};
    const std::vector<Row> b{{.video = "b",
                              .faces = 1,
                              .track = 0,
                              .confidence = 4,
                              .min_dist = 8,
                              .decision = "NEXT",
                              .model = "lipsync 2.1"}};
    const std::vector<Row> c{error_row("c", ErrorCode::empty_file, "")};
    for (const auto& video : {a, b, c}) summary.add(video);
    EXPECT_THAT(summary.text(), HasSubstr("videos 3, faces 3, errors 1 (empty_file 1)"));
    EXPECT_THAT(summary.text(),
                HasSubstr("of 2 videos by lipsync 2.1: confidence 6.000, min_dist 7.000"));
    EXPECT_THAT(summary.text(), testing::Not(HasSubstr("LSE")));
    EXPECT_THAT(summary.text(), HasSubstr("ALLOW 1 (50.0 %)"));
    EXPECT_THAT(summary.text(), testing::Not(HasSubstr("BLOCK")));
}

TEST(Summary, OnlyThePublishedPipelineHasLse) {
    Summary summary;
    const std::vector<Row> a{{.video = "a",
                              .faces = 1,
                              .track = 0,
                              .confidence = 8,
                              .min_dist = 6,
                              .lse_c = 8,
                              .lse_d = 6,
                              .decision = "ALLOW",
                              .model = "syncnet_v2 2"}};
    summary.add(a);
    EXPECT_THAT(summary.text(), HasSubstr("of 1 videos by syncnet_v2 2: LSE-C 8.000, LSE-D 6.000"));
}

}  // namespace
}  // namespace syncnet::batch
