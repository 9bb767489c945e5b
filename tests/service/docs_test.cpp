// The docs say what the program does, name for name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/error.h"
#include "score/verdict.h"
#include "service/settings.h"

namespace syncnet {
namespace {

std::string read(const std::string& name) {
    std::ifstream file(std::string(SYNCNET_SOURCE_DIR "/docs/") + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Docs, ConfigurationListsEverySetting) {
    const std::string text = read("configuration.md");
    const service::Settings defaults;
    for (const service::Setting& s : service::settings_table()) {
        const std::string row = "| `" + std::string(s.name) + "` | " + s.get(defaults) + " | " +
                                std::string(s.unit) + " | " + std::string(s.meaning) + " |";
        // An empty cell is two spaces between bars, whichever way it was put together.
        EXPECT_THAT(text, testing::HasSubstr(row)) << row;
    }
}

TEST(Docs, ApiListsEveryErrorAndReason) {
    const std::string text = read("api.md");
    for (const ErrorInfo& e : error_catalogue()) {
        if (!reaches_clients(e.code)) continue;
        EXPECT_THAT(text, testing::HasSubstr("`" + std::string(e.name) + "`"));
    }
    for (int r = 0; r <= static_cast<int>(score::Reason::mouth_not_visible); ++r)
        EXPECT_THAT(text,
                    testing::HasSubstr(
                        "`" + std::string(score::to_string(static_cast<score::Reason>(r))) + "`"));
}

}  // namespace
}  // namespace syncnet
