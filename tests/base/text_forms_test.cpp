// Bytes that may be any, for a shell and for a page.
#include <gtest/gtest.h>

#include "base/shell.h"
#include "base/utf8.h"

namespace syncnet {
namespace {

TEST(ShellQuoted, OnlyWhatNeedsIt) {
    EXPECT_EQ(shell_quoted("clip-1.mp4"), "clip-1.mp4");
    EXPECT_EQ(shell_quoted("/a/b_c=d.mov"), "/a/b_c=d.mov");
    EXPECT_EQ(shell_quoted(""), "''");
    EXPECT_EQ(shell_quoted("a b"), "'a b'");
    EXPECT_EQ(shell_quoted("$(rm -rf ~);`x`"), "'$(rm -rf ~);`x`'");
    EXPECT_EQ(shell_quoted("it's"), R"('it'\''s')");
    EXPECT_EQ(shell_quoted("Käse.mp4"), "'Käse.mp4'");
    EXPECT_EQ(shell_quoted("a\n'\\\xFF"), R"($'a\x0a\'\\\xff')");
}

TEST(ValidUtf8, ReplacesWhatIsNoCharacter) {
    EXPECT_EQ(valid_utf8("Käse ✓ 𝄞"), "Käse ✓ 𝄞");
    EXPECT_EQ(valid_utf8(""), "");
    EXPECT_EQ(valid_utf8("a\xFF"
                         "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(valid_utf8("\xC3"), "\xEF\xBF\xBD");                  // cut off
    EXPECT_EQ(valid_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
    EXPECT_EQ(valid_utf8("\xED\xA0\x80").size(), 9U);               // a surrogate
    EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U);          // beyond the last
}

}  // namespace
}  // namespace syncnet
