#include "pipeline/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::pipeline {
namespace {

using nlohmann::json;

template <typename Options>
void set(Options& options, std::span<const Option<Options>> table, std::string_view name,
         std::string_view text) {
    std::ranges::find(table, name, &Option<Options>::name)->set(options, text);
}

template <typename Options>
void expect_defaults_as_told(std::span<const Option<Options>> table) {
    for (const auto& option : table) {
        Options options;
        if (!option.standard.empty()) option.set(options, option.standard);
        const std::string said = option.get(options);
        if (option.type != OptionType::yes_no && !option.standard.empty()) {
            EXPECT_EQ(said, option.standard) << option.name;
        }
        EXPECT_FALSE(option.help.empty()) << option.name;
    }
}

TEST(Options, DefaultsAreWhatTheTableSays) {
    expect_defaults_as_told(video_options());
    expect_defaults_as_told(engine_options());
    for (const auto& option : engine_options())
        if (!option.standard.empty()) {
            EXPECT_EQ(option.get(EngineOptions{}), option.standard) << option.name;
        }
}

TEST(Options, WhatIsSentComesBack) {
    VideoOptions options;
    set(options, video_options(), "model", "lipsync-grid");
    set(options, video_options(), "face", "3");
    set(options, video_options(), "audio_track", "eng");
    set(options, video_options(), "max_offset_ms", "800");
    set(options, video_options(), "windows", "true");
    set(options, video_options(), "report", "bt1359");
    EXPECT_EQ(parse_video_options(to_json(options)), options);
    EXPECT_EQ(parse_video_options(to_json({})), VideoOptions{});
    set(options, video_options(), "timeout", "2.5");
    EXPECT_FALSE(to_json(options).contains("timeout")) << "each side has its own limits";
}

TEST(Options, AreWrittenAsAShellTakesThem) {
    VideoOptions options;
    EXPECT_EQ(to_flags(options), "");
    set(options, video_options(), "face", "left");
    set(options, video_options(), "early", "true");
    set(options, video_options(), "model", "it's mine");
    set(options, video_options(), "windows", "true");  // no flag
    set(options, video_options(), "timeout", "2.5");
    EXPECT_EQ(to_flags(options), R"( --model 'it'\''s mine' --face left --early)");
}

TEST(Options, WhatThereIsNotIsRefusedWithWhatThereMayBe) {
    EngineOptions engine;
    for (const auto& [name, text, wanted] :
         {std::tuple{"stride", "26", "a whole number from 1 to 25"},
          std::tuple{"min_face", "big", "a whole number from 16 to 4096"},
          std::tuple{"edges", "soft", "zero-padded or real"},
          std::tuple{"precision", "f16", "auto, f32, bf16x3 or bf16"},
          std::tuple{"detector", "haar", "auto, s3fd or blazeface"}})
        try {
            set(engine, engine_options(), name, text);
            ADD_FAILURE() << name;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_request);
            EXPECT_THAT(e.what(), testing::HasSubstr(wanted)) << name;
        }
    VideoOptions video;
    for (const auto& [name, text] :
         {std::pair{"face", "nose"}, std::pair{"max_offset_ms", "199"}, std::pair{"windows", "yes"},
          std::pair{"timeout", "0"}, std::pair{"timeout", "nan"}})
        EXPECT_THROW(set(video, video_options(), name, text), Error) << name;
}

TEST(Options, FieldsThatThereAreNotAreRefused) {
    for (const json& fields : {json("face"), json{{"fase", "all"}}, json{{"face", 3}},
                               json{{"timeout", "3"}}, json{{"face", "nose"}}})
        EXPECT_THROW(parse_video_options(fields), Error) << fields;
}

TEST(Options, ARequestIsWhatWasAsked) {
    VideoOptions options;
    set(options, video_options(), "face", "largest");
    set(options, video_options(), "max_offset_ms", "400");
    EXPECT_FALSE(to_request(options).timeline);
    EXPECT_FALSE(to_request(options).deadline);
    set(options, video_options(), "windows", "true");
    set(options, video_options(), "timeout", "3");
    const Request request = to_request(options);
    EXPECT_EQ(request.face.which, FaceChoice::Which::largest);
    EXPECT_EQ(request.max_offset_ms, 400);
    EXPECT_TRUE(request.timeline);
    EXPECT_TRUE(request.deadline);
}

}  // namespace
}  // namespace syncnet::pipeline
