// The docs say what the program does, name for name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "score/verdict.h"
#include "service/http/openapi.h"
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
    for (int r = 0; r <= static_cast<int>(score::kLastReason); ++r)
        EXPECT_THAT(text,
                    testing::HasSubstr(
                        "`" + std::string(score::to_string(static_cast<score::Reason>(r))) + "`"));
}

TEST(Docs, ApiListsEveryFieldThatIsAskedAndAnswered) {
    const std::string text = read("api.md");
    const auto document = nlohmann::json::parse(service::openapi_document());
    for (const char* schema : {"ScorePath", "Score", "Face", "Jump", "Passage"})
        for (const auto& [name, field] :
             document.at("components").at("schemas").at(schema).at("properties").items())
            EXPECT_TRUE(text.find("`" + name + "`") != std::string::npos ||
                        text.find("`" + name + ".") != std::string::npos ||
                        text.find("\"" + name + "\"") != std::string::npos)
                << schema << ": " << name;
}

TEST(Docs, ExampleEnvironmentIsTheProgramsOwn) {
    std::ifstream file(SYNCNET_SOURCE_DIR "/.env.example");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text, service::example_env_file());
}

}  // namespace
}  // namespace syncnet
