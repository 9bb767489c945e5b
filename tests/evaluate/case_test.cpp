#include "evaluate/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncnet::evaluate {
namespace {

ClipRecord record() {
    return {.path = "a, b.mp4",
            .corpus = "c",
            .speaker = "s",
            .label = "genuine",
            .seconds = 3,
            .zero = 0,
            .zero_known = true,
            .cases = {{.kind = "shifted",
                       .step = "7",
                       .true_offset = -7,
                       .offset = -6,
                       .fine_offset = -6.25,
                       .confidence = 5.5,
                       .min_dist = 7.25,
                       .score = 0.5,
                       .evidence_s = 1.75,
                       .decision = "BLOCK",
                       .reasons = "offset_too_large"},
                      {.kind = "swapped", .step = "other speaker", .decision = "NEXT"}}};
}

TEST(Case, ErrorIsAgainstWhatIsTrue) {
    const ClipRecord r = record();
    EXPECT_EQ(r.cases[0].error(), 1);
    EXPECT_TRUE(within(r.cases[0], 1));
    EXPECT_FALSE(within(r.cases[0], 0.5));
    EXPECT_FALSE(r.cases[1].error().has_value());
    EXPECT_FALSE(within(r.cases[1], 15));  // nothing measured is a miss
    EXPECT_FALSE(r.cases[1].evidence());
}

TEST(ClipRecord, ReadsBackWhatItWrote) {
    const auto back = record_from(nlohmann::ordered_json::parse(to_json(record()).dump()));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, record());
    EXPECT_FALSE(record_from(nlohmann::ordered_json::parse("{\"path\": 3}")).has_value());
}

TEST(ClipRecord, CsvHasARowACase) {
    const auto columns = [](const std::string& line) {
        return std::count(line.begin(), line.end(), ',');
    };
    const std::string rows = csv_rows(record());
    EXPECT_THAT(rows,
                ::testing::StartsWith("\"a, b.mp4\",c,s,genuine,3.0,0.0,true,shifted,7,true,"
                                      "-7.0,-6,-6.25,5.5,7.25,0.5,1.75,BLOCK,offset_too_large,\n"));
    const std::string second = rows.substr(rows.find('\n') + 1);
    EXPECT_EQ(columns(second), columns(csv_header()) + 1);  // one is in the path
    ClipRecord broken{.path = "x", .error = "empty_file"};
    EXPECT_THAT(csv_rows(broken), ::testing::EndsWith(",empty_file\n"));
}

}  // namespace
}  // namespace syncnet::evaluate
