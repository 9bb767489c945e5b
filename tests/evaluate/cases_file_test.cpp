#include "evaluate/cases_file.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "evaluate/scratch_folder_files.h"

namespace syncnet::evaluate {
namespace {

class Cases : public testing::ScratchFolder {
  protected:
    const nlohmann::ordered_json head_{{"format", "1"}, {"limit", 3}};
    std::filesystem::path path() const { return folder_ / "cases.jsonl"; }
    void write_two() const {
        CasesFile file(path(), head_, false);
        file.write({.path = "first", .cases = {{.kind = "genuine"}}});
        file.write({.path = "second"});
    }
};

TEST_F(Cases, ResumingFindsWhatIsWholeAndCutsOffTheRest) {
    write_two();
    const std::string whole = text_of(path());
    write("cases.jsonl", whole.substr(0, whole.size() - 10));
    {
        CasesFile file(path(), head_, true);
        ASSERT_EQ(file.found().size(), 1U);
        EXPECT_EQ(file.found()[0].path, "first");
        EXPECT_EQ(file.found()[0].cases[0].kind, "genuine");
        file.write({.path = "second"});
    }
    EXPECT_EQ(text_of(path()), whole);
}

TEST_F(Cases, ANewRunDoesNotWriteOverAnOldOne) {
    write_two();
    EXPECT_THROW(CasesFile(path(), head_, false), Error);
}

TEST_F(Cases, OtherSettingsAreRefusedByName) {
    write_two();
    try {
        const CasesFile file(path(), {{"format", "1"}, {"limit", 4}}, true);
        FAIL();
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::invalid_request);
        EXPECT_THAT(e.what(), ::testing::HasSubstr("limit"));
    }
}

TEST_F(Cases, AFileOfAnotherKindIsLeftAlone) {
    write("cases.jsonl", "a diary\nof somebody\n");
    EXPECT_THROW(CasesFile(path(), head_, true), Error);
    EXPECT_EQ(text_of(path()), "a diary\nof somebody\n");
}

TEST_F(Cases, ResumingWithoutAFileBegins) {
    CasesFile file(path(), head_, true);
    EXPECT_TRUE(file.found().empty());
}

TEST_F(Cases, TwoCannotWriteAtOnce) {
    const CasesFile first(path(), head_, false);
    EXPECT_THROW(CasesFile(path(), head_, true), Error);
}

}  // namespace
}  // namespace syncnet::evaluate
