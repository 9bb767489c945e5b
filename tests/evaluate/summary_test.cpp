#include "evaluate/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/page.h"
#include "evaluate/report.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

Case scored(std::string kind, std::string step, double score, std::string decision, int offset,
            std::optional<double> truth) {
    return {.kind = std::move(kind),
            .step = std::move(step),
            .true_offset = truth,
            .offset = offset,
            .fine_offset = offset + 0.1,
            .confidence = 10 * score,
            .min_dist = 7,
            .score = score,
            .evidence_s = 2.5,
            .decision = std::move(decision)};
}

// Four people; the last one's clip is not understood.
std::vector<ClipRecord> records() {
    std::vector<ClipRecord> all;
    for (int i = 0; i < 4; ++i) {
        const bool bad = i == 3;
        ClipRecord r{.path = "clip " + std::to_string(i),
                     .corpus = "studio",
                     .speaker = "speaker " + std::to_string(i),
                     .label = "genuine",
                     .seconds = 3,
                     .zero = 0,
                     .zero_known = true,
                     .media = true,
                     .read_time = 0.3,
                     .judge_time = 0.003};
        r.cases.push_back(scored("as it is", "", 0.95, "ALLOW", 0, 0));
        r.cases.back().trimmed = false;
        r.cases.push_back(scored("genuine", "", bad ? 0.2 : 0.95, bad ? "BLOCK" : "ALLOW", 0, 0));
        r.cases.push_back(scored("swapped", "same speaker", 0.1, "BLOCK", 9, {}));
        r.cases.push_back(scored("shifted", "7", 0.4, "BLOCK", -7, -7));
        for (const int error : {0, 1, bad ? 5 : -1, 2})
            r.cases.push_back(scored("window", "15", 0.9, "ALLOW", error, 0));
        r.cases.push_back(scored("clean", "", 0.95, "ALLOW", 0, 0));
        r.cases.push_back(scored("noise", "10", 0.9, "ALLOW", bad ? 6 : 1, 0));
        r.cases.push_back({.kind = "noise", .step = "0", .true_offset = 0, .decision = "NEXT"});
        r.cases.push_back(scored("sub-frame", "20", 0.9, "ALLOW", 0, -0.5));
        all.push_back(r);
    }
    all.push_back(
        {.path = "broken", .corpus = "studio", .label = "genuine", .error = "empty_file"});
    return all;
}

ordered_json bar(const ordered_json& summary, const std::string& what) {
    for (const ordered_json& row : summary.at("bars"))
        if (row.at("what").get<std::string>().find(what) != std::string::npos) return row;
    ADD_FAILURE() << what;
    return {};
}

class Summary : public ::testing::Test {
  protected:
    const std::vector<ClipRecord> records_ = records();
    const Results results_{records_};
    const ordered_json summary_ = summarise(results_);
};

TEST_F(Summary, OffsetsOfWindows) {
    const ordered_json& shares = summary_.at("offset_by_window").at("studio").at("15");
    EXPECT_DOUBLE_EQ(shares.at("within_0").at("value"), 0.25);
    EXPECT_DOUBLE_EQ(shares.at("within_1").at("value"), 0.6875);  // 11 of 16
    EXPECT_DOUBLE_EQ(shares.at("within_2").at("value"), 0.9375);
    EXPECT_EQ(shares.at("within_1").at("count"), 16);
    EXPECT_EQ(shares.at("within_1").at("speakers"), 4);
    EXPECT_LT(shares.at("within_1").at("low"), 0.6875);
}

TEST_F(Summary, BarsAreJudgedByTheNumbers) {
    EXPECT_EQ(bar(summary_, "15-frame windows").at("met"), false);
    EXPECT_EQ(bar(summary_, "swapped audio, EER").at("met"), true);  // 0.2 is still above 0.1
    EXPECT_EQ(bar(summary_, "genuine ALLOW").at("met"), false);      // 3 of 4
    EXPECT_EQ(bar(summary_, "swapped ALLOW").at("met"), true);
    const ordered_json noise = bar(summary_, "Noise, 10 dB");
    EXPECT_DOUBLE_EQ(noise.at("measured").at("value"), 0.25);
    EXPECT_EQ(noise.at("met"), false);
    // 0.1 measured where -0.5 is true: 24 ms.
    EXPECT_DOUBLE_EQ(bar(summary_, "sub-frame").at("measured").at("value"), 24);
    EXPECT_EQ(bar(summary_, "sub-frame").at("met"), false);
}

TEST_F(Summary, WhatWasNotMeasuredIsNeitherMetNorMissed) {
    EXPECT_TRUE(bar(summary_, "5-frame windows").at("measured").is_null());
    EXPECT_TRUE(bar(summary_, "5-frame windows").at("met").is_null());
    EXPECT_TRUE(bar(summary_, "Low light").at("met").is_null());
}

TEST_F(Summary, NotEnoughEvidenceIsNoMiss) {
    const ordered_json& silent = summary_.at("degraded").at("studio").at("noise").at("0");
    EXPECT_DOUBLE_EQ(silent.at("not_enough_evidence").at("value"), 1);
    EXPECT_TRUE(silent.at("within_1").at("value").is_null());
    EXPECT_TRUE(silent.at("fall").at("value").is_null());
}

TEST_F(Summary, ErrorsAndCounts) {
    EXPECT_EQ(summary_.at("clips").at("studio").at("clips"), 5);
    EXPECT_EQ(summary_.at("clips").at("studio").at("errors"), 1);
    EXPECT_EQ(summary_.at("errors").at(0).at("path"), "broken");
    EXPECT_NEAR(summary_.at("time").at("studio").at("reading").get<double>(), 0.1, 1e-9);
}

TEST_F(Summary, ShiftedAndSwappedTogetherWeighAsMuchAsGenuine) {
    const ordered_json& forms = summary_.at("reliability").at("studio").at("trimmed");
    double genuine = 0;
    for (const ordered_json& bin : forms.at("swapped_and_shifted").at("bins"))
        genuine += bin.at("share").get<double>() * bin.at("weight").get<double>();
    EXPECT_NEAR(genuine, 0.5, 1e-9);
}

TEST_F(Summary, ReliabilityIsAlsoToldByTheAmountOfEvidence) {
    const ordered_json& bands = summary_.at("reliability_by_evidence");
    ASSERT_EQ(bands.size(), 1U) << bands;
    double genuine = 0, weight = 0;
    for (const ordered_json& bin : bands.at("2 to 4 s").at("bins")) {
        genuine += bin.at("share").get<double>() * bin.at("weight").get<double>();
        weight += bin.at("weight").get<double>();
    }
    EXPECT_NEAR(genuine, 0.5, 1e-9);
    EXPECT_NEAR(weight, 1, 1e-9);
}

TEST_F(Summary, ThePageIsWholeAndSafe) {
    RunFacts facts{.version = "1", .model = "m <b>", .manifest = "a & b.jsonl"};
    const std::string html = page(report_json(facts, records_));
    EXPECT_THAT(html, ::testing::HasSubstr("a &amp; b.jsonl"));
    EXPECT_THAT(html, ::testing::HasSubstr("m &lt;b&gt;"));
    EXPECT_THAT(html, ::testing::HasSubstr("not enough"));
    EXPECT_THAT(html, ::testing::HasSubstr("</html>"));
    for (const char* foreign : {"<script", "http://", "https://", "src=", "@import"})
        EXPECT_THAT(html, ::testing::Not(::testing::HasSubstr(foreign)));
}

TEST(EmptySummary, AManifestOfOneBrokenClipStillHasAReport) {
    const std::vector<ClipRecord> one{
        {.path = "broken", .corpus = "c", .label = "genuine", .error = "empty_file"}};
    const std::string html = page(report_json({}, one));
    EXPECT_THAT(html, ::testing::HasSubstr("can't say"));
    EXPECT_THAT(html, ::testing::HasSubstr("empty_file"));
}

TEST(TwoCorpora, ShortClipsHaveBarsOfTheirOwn) {
    std::vector<ClipRecord> two = records();
    for (const ClipRecord& r : records()) {
        ClipRecord brief = r;
        brief.path += " brief";
        brief.corpus = "news";
        brief.seconds = 1.2;
        brief.zero_known = false;
        two.push_back(brief);
    }
    const ordered_json summary = summarise(Results(two));
    for (const ordered_json& row : summary.at("bars")) {
        if (row.at("corpus") != "news") continue;
        const auto what = row.at("what").get<std::string>();
        EXPECT_THAT(what, ::testing::Not(::testing::HasSubstr("3 s")));
        if (what == "genuine against swapped audio, EER") {
            EXPECT_DOUBLE_EQ(row.at("wanted"), 0.15);
        }
    }
    EXPECT_TRUE(summary.at("clips").contains("all"));
}

}  // namespace
}  // namespace syncnet::evaluate
