#include "batch/results_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"

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

class ResultsFileTest : public testing::TestWithParam<Format> {
  protected:
    ResultsFileTest() {
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    ~ResultsFileTest() override { fs::remove_all(folder); }

    const fs::path folder = fs::path(testing::TempDir()) / ("batch" + std::to_string(::getpid()));
    const fs::path path = folder / "table";
};

TEST_P(ResultsFileTest, RowsAreReadBackAsTheyWereWritten) {
    const Row odd = error_row("a, \"b\"\nc\xff.mp4", ErrorCode::not_found, "no;such,\"file\"");
    for (const Row& row : {face("a.mp4", 0, 1), odd, Row{.video = "", .reasons = ""}}) {
        const std::string text = line(row, GetParam());
        EXPECT_EQ(record_end(text, GetParam()), text.size());
        EXPECT_EQ(parse(text, GetParam()), row) << text;
    }
}

TEST_P(ResultsFileTest, ResumesBehindTheLastWholeVideo) {
    const std::vector<Row> two{face("two\n.mp4", 0, 2), face("two\n.mp4", 1, 2)};
    const std::vector<Row> one{face("one.mp4", 0, 1)};
    ResultsFile(path, GetParam(), false).write(one);
    const std::string begun = text_of(path);
    ResultsFile(path, GetParam(), true).write(two);
    const std::string whole = text_of(path);

    // Wherever a crash has cut the second video, it is written again and nothing else changes.
    for (std::size_t size = begun.size(); size <= whole.size(); ++size) {
        fs::resize_file(path, size);
        ResultsFile results(path, GetParam(), true);
        EXPECT_TRUE(results.has("one.mp4"));
        EXPECT_EQ(results.has("two\n.mp4"), size == whole.size()) << size;
        if (!results.has("two\n.mp4")) results.write(two);
        EXPECT_EQ(text_of(path), whole);
        EXPECT_EQ(results.summary().videos(), 2);
    }
}

TEST_P(ResultsFileTest, ATableIsNeitherReplacedNorSharedNorMixed) {
    const auto code_of = [&](bool resume) {
        try {
            const ResultsFile results(path, GetParam(), resume);
        } catch (const Error& e) {
            return e.code();
        }
        return ErrorCode::internal;
    };
    {
        const ResultsFile open(path, GetParam(), true);
        EXPECT_EQ(code_of(false), ErrorCode::cannot_write);
        EXPECT_EQ(code_of(true), ErrorCode::cannot_write);
    }
    std::ofstream(path) << "something,else\n1,2\n";
    EXPECT_EQ(code_of(true), ErrorCode::invalid_request);
    EXPECT_EQ(text_of(path), "something,else\n1,2\n");
}

INSTANTIATE_TEST_SUITE_P(Formats, ResultsFileTest, testing::Values(Format::jsonl, Format::csv));

}  // namespace
}  // namespace syncnet::batch
