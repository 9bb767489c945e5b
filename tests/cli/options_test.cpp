// An option stands in one table: whoever adds one finds it in all these places, or is told by this
// test which of them still wants its words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/analysis_flags.h"
#include "service/http/openapi.h"
#include "service/http/video_request.h"
#include "service/settings.h"

namespace syncnet {
namespace {

using nlohmann::json;
using pipeline::OptionType;
using testing::HasSubstr;

std::string read(const std::string& name) {
    std::ifstream file(std::string(SYNCNET_SOURCE_DIR "/") + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Calls `check` with each option of both tables.
void each_option(const auto& check) {
    for (const auto& option : pipeline::video_options()) check(option);
    for (const auto& option : pipeline::engine_options()) check(option);
}

TEST(EveryOption, IsAFlagWithItsNameInTheEnvironment) {
    CLI::App command;
    cli::AnalysisFlags flags;
    flags.add_to(command);
    each_option([&](const auto& option) {
        const auto* const flag = command.get_option_no_throw(pipeline::flag_of(option.name));
        ASSERT_EQ(flag != nullptr, option.flag) << option.name;
        if (flag == nullptr) return;
        EXPECT_EQ(flag->get_envname(), option.environment);
        EXPECT_THAT(flag->get_description(), HasSubstr(std::string(option.help)));
        if (option.type == pipeline::OptionType::yes_no) return;  // it is there, or it isn't
        EXPECT_THAT(flag->get_description(), HasSubstr(option.values));
    });
}

TEST(EveryOption, OfTheEnvironmentIsASetting) {
    each_option([](const auto& option) {
        if (option.environment.empty()) return;
        const auto table = service::settings_table();
        const auto setting = std::ranges::find(table, option.environment, &service::Setting::name);
        ASSERT_NE(setting, table.end()) << option.environment;
        EXPECT_EQ(setting->unit, option.unit);
    });
}

// A value that is not the default.
json other_value(const pipeline::Option<pipeline::VideoOptions>& option) {
    const json schema = json::parse(option.schema.empty() ? "{}" : option.schema);
    if (schema.contains("enum")) return schema.at("enum").back();
    switch (option.type) {
        case OptionType::whole:
            return schema.at("minimum");
        case OptionType::yes_no:
            return true;
        case OptionType::text:
        case OptionType::number:
        case OptionType::file:
            break;
    }
    return "1";
}

TEST(EveryOption, OfARequestIsAFieldOfItAndDescribed) {
    const json document = json::parse(service::openapi_document());
    const json& schemas = document.at("components").at("schemas");
    const json& parameters = document.at("paths").at("/v1/score").at("post").at("parameters");
    for (const auto& option : pipeline::video_options()) {
        const std::string name(option.name);
        const json body{{"video_path", "x"}, {name, other_value(option)}};
        if (!option.field) {
            EXPECT_THROW((void)service::parse_fields(body.dump()), Error) << name;
            continue;
        }
        EXPECT_NE(service::parse_fields(body.dump()).options, pipeline::VideoOptions{}) << name;
        for (const char* schema : {"ScorePath", "ScoreForm"})
            EXPECT_TRUE(schemas.at(schema).at("properties").contains(name)) << name;
        EXPECT_TRUE(std::ranges::any_of(parameters, [&](const json& p) {
            return p.value("name", "") == name;
        })) << name;
    }
}

TEST(EveryOption, IsInTheDocs) {
    const std::string flags = read("docs/cli.md"), fields = read("docs/api.md");
    each_option([&](const auto& option) {
        const std::string meaning = std::string(option.help) +
                                    (option.values.empty() ? "" : " (" + option.values + ")") +
                                    " |";
        if (option.flag) {
            EXPECT_THAT(
                flags, HasSubstr("| `" + pipeline::flag_of(option.name) + "` | " + option.standard +
                                 " | " + std::string(option.unit) + " | " +
                                 std::string(option.environment) + " | " + meaning));
        }
        if (option.field) {
            EXPECT_THAT(fields, HasSubstr("| `" + std::string(option.name) + "` | " + meaning));
        }
    });
}

TEST(EveryOption, OfTheLibraryIsInEachOfItsInterfaces) {
    const std::string cpp = read("include/syncnet/analyzer.h"),
                      c = read("include/syncnet/syncnet_c.h"),
                      python = read("python/syncnet/analyzer.py");
    each_option([&](const auto& option) {
        if (option.library.empty()) return;
        const std::string name(option.library);
        EXPECT_THAT(cpp, testing::ContainsRegex("[ >]" + name + "[ ;]")) << name;
        EXPECT_THAT(c, HasSubstr(name == "windows" ? "window_s" : name)) << name;
        EXPECT_THAT(python, HasSubstr(name + ": ")) << name;
    });
}

}  // namespace
}  // namespace syncnet
