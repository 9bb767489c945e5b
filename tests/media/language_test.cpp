#include "media/language.h"

#include <gtest/gtest.h>

namespace syncnet::media {
namespace {

TEST(Language, HasManyNames) {
    for (const char* tag : {"de", "deu", "ger", "DE-at", "de_DE", "GER"})
        EXPECT_EQ(language_name(tag), "deu") << tag;
    EXPECT_EQ(language_name("en-US"), "eng");
    EXPECT_EQ(language_name("fre"), language_name("fra"));
    EXPECT_EQ(language_name("und"), "und");
    EXPECT_EQ(language_name("klingon"), "klingon");
    EXPECT_EQ(language_name(""), "");
}

}  // namespace
}  // namespace syncnet::media
