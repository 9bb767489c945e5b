#include "batch/results.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "batch/sqlite_results.h"
#include "batch/text_results.h"

namespace syncnet::batch {
namespace {

namespace fs = std::filesystem;

Row face(const std::string& video, std::int64_t track, std::int64_t faces) {
    return {.video = video,
            .faces = faces,
            .leading = track == 0,
            .track = track,
            .start_s = 0.0,
            .end_s = 4.0,
            .confidence = 7.5,
            .min_dist = 6.25,
            .offset_frames = -5,
            .lag_ms = -200.0,
            .score = 0.5,
            .decision = "BLOCK",
            .reasons = "offset_too_large",
            .speech_s = 3.2,
            .evidence_s = 2.4,
            .drift_ms_per_s = -1.5,
            .audio_track = 2,
            .model = "lipsync 2.1"};
}

std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

class TableText : public testing::TestWithParam<Format> {};

TEST_P(TableText, RowsAreReadBackAsTheyWereWritten) {
    const Row odd = error_row("a, \"b\"\nc\xff.mp4", ErrorCode::not_found, "no;such,\"file\"");
    for (const Row& row : {face("a.mp4", 0, 1), odd, Row{.video = "", .reasons = ""}}) {
        const std::string text = line(row, GetParam());
        EXPECT_EQ(record_end(text, GetParam()), text.size());
        EXPECT_EQ(parse(text, GetParam()), row) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, TableText, testing::Values(Format::jsonl, Format::csv));

// A place for a table; which kind of table is the test's parameter: nothing is SQLite.
class ResultsTest : public testing::TestWithParam<std::optional<Format>> {
  protected:
    ResultsTest() {
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    ~ResultsTest() override { fs::remove_all(folder); }

    std::unique_ptr<Results> open(IfThere if_there) {
        found.clear();
        const auto take = [this](std::span<const Row> video) {
            found.emplace_back(video.begin(), video.end());
        };
        if (!GetParam()) return std::make_unique<SqliteResults>(path, if_there, take);
        return std::make_unique<TextResults>(path, *GetParam(), if_there, take);
    }

    const fs::path folder = fs::path(testing::TempDir()) / ("batch" + std::to_string(::getpid()));
    const fs::path path = folder / "table";
    std::vector<std::vector<Row>> found;  // by the latest open()
};

const std::vector<Row> kTwo{face("two\n.mp4", 0, 2), face("two\n.mp4", 1, 2)};
const std::vector<Row> kOne{face("one.mp4", 0, 1)};
const std::vector<Row> kFailed{error_row("no.mp4", ErrorCode::not_found, "there is no such file")};

TEST_P(ResultsTest, WhatWasWrittenIsFoundAgain) {
    {
        const auto results = open(IfThere::refuse);
        for (const auto& video : {kOne, kFailed}) results->write(video);
    }
    open(IfThere::resume)->write(kTwo);
    EXPECT_EQ(found, (std::vector{kOne, kFailed}));
    const auto results = open(IfThere::resume);
    EXPECT_EQ(found, (std::vector{kOne, kFailed, kTwo}));
    EXPECT_EQ(results->found(), 3U);
    EXPECT_TRUE(results->has("two\n.mp4"));
    EXPECT_FALSE(results->has("three.mp4"));
}

TEST_P(ResultsTest, ATableIsNeitherReplacedNorSharedNorMixed) {
    const auto code_of = [&](IfThere if_there) {
        try {
            open(if_there);
        } catch (const Error& e) {
            return e.code();
        }
        return ErrorCode::internal;
    };
    {
        const auto results = open(IfThere::resume);
        EXPECT_EQ(code_of(IfThere::refuse), ErrorCode::cannot_write);
        EXPECT_EQ(code_of(IfThere::resume), ErrorCode::cannot_write);
        results->write(kOne);  // still its own
    }
    fs::remove(path);
    std::ofstream(path) << "something,else\n1,2\n";
    EXPECT_EQ(code_of(IfThere::resume), ErrorCode::invalid_request);
    EXPECT_EQ(text_of(path), "something,else\n1,2\n");
}

INSTANTIATE_TEST_SUITE_P(Kinds, ResultsTest,
                         testing::Values(Format::jsonl, Format::csv, std::nullopt));

class TextResultsTest : public ResultsTest {};

TEST_P(TextResultsTest, ResumesBehindTheLastWholeVideo) {
    open(IfThere::refuse)->write(kOne);
    const std::string begun = text_of(path);
    open(IfThere::resume)->write(kTwo);
    const std::string whole = text_of(path);

    // Wherever a crash has cut the second video, it is written again and nothing else changes.
    for (std::size_t size = begun.size(); size <= whole.size(); ++size) {
        fs::resize_file(path, size);
        const auto results = open(IfThere::resume);
        EXPECT_TRUE(results->has("one.mp4"));
        EXPECT_EQ(results->has("two\n.mp4"), size == whole.size()) << size;
        if (!results->has("two\n.mp4")) results->write(kTwo);
        EXPECT_EQ(text_of(path), whole);
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, TextResultsTest, testing::Values(Format::jsonl, Format::csv));

TEST_P(TextResultsTest, WhatIsNoTableIsNotCut) {
    for (const std::string_view text : {"no line end", "{\"a\": 1}", "video"}) {
        std::ofstream(path) << text << (text == "video" ? ";" : "");
        const std::string before = text_of(path);
        EXPECT_THROW(open(IfThere::resume), Error) << text;
        EXPECT_EQ(text_of(path), before);
    }
}

TEST(SqliteResults, OtherColumnsAreAnotherTable) {
    const fs::path path = fs::path(testing::TempDir()) / ("other" + std::to_string(::getpid()));
    fs::remove(path);
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE results(video, score)");
    EXPECT_THROW(SqliteResults(path, IfThere::resume, [](std::span<const Row>) {}), Error);
    fs::remove(path);
}

}  // namespace
}  // namespace syncnet::batch
