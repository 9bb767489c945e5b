#include "service/http/video_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::service {
namespace {

using Which = pipeline::FaceChoice::Which;

std::string refusal(const std::string& body) {
    try {
        (void)parse_fields(body);
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::invalid_request) << body;
        return e.what();
    }
    return {};
}

TEST(VideoRequest, NothingNeedsToBeChosen) {
    EXPECT_EQ(parse_fields(R"({"video_path":"x"})").options, pipeline::VideoOptions{});
    EXPECT_EQ(
        parse_fields(R"({"face":null,"max_offset_ms":null,"windows":null,"model":null})").options,
        pipeline::VideoOptions{});
}

TEST(VideoRequest, TakesWhatWasChosen) {
    const RequestFields fields =
        parse_fields(R"({"model":"m","windows":true,"face":"largest","max_offset_ms":5000})");
    EXPECT_EQ(fields.options, (pipeline::VideoOptions{.model = "m",
                                                      .windows = true,
                                                      .face = {.which = Which::largest},
                                                      .max_offset_ms = 5000}));
    const pipeline::FaceChoice third{.which = Which::track, .track = 3};
    EXPECT_EQ(parse_fields(R"({"face":3})").options.face, third);
    EXPECT_EQ(parse_fields(R"({"face":"3"})").options.face, third);
}

TEST(VideoRequest, SaysWhichFacesThereAre) {
    for (const char* bad : {R"("both")", R"("Left")", "-1", "1.5", "true", "[]", "99999999999999"})
        EXPECT_THAT(refusal(std::string(R"({"face":)") + bad + "}"),
                    testing::HasSubstr("all, largest, left, right or a face's number"))
            << bad;
}

TEST(VideoRequest, SaysHowFarCanBeSearched) {
    for (const char* bad : {"199", "10001", "2000.5", "-2000", "true", R"("far")", "1e3", "{}"})
        EXPECT_THAT(refusal(std::string(R"({"max_offset_ms":)") + bad + "}"),
                    testing::HasSubstr("a whole number of ms from 200 to 10000"))
            << bad;
    EXPECT_EQ(parse_fields(R"({"max_offset_ms":200})").options.max_offset_ms, 200);
    EXPECT_EQ(parse_fields(R"({"max_offset_ms":10000})").options.max_offset_ms, 10'000);
}

}  // namespace
}  // namespace syncnet::service
