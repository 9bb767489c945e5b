// The description of the interface has every address and every error that there is, and no other.
#include "service/http/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "pipeline/reading.h"
#include "score/verdict.h"
#include "service/handlers/handlers.h"
#include "service/jobs/store.h"

namespace syncnet::service {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

class OpenApi : public testing::Test {
  protected:
    Names enum_of(const char* schema) const {
        return document.at("components").at("schemas").at(schema).at("enum").get<Names>();
    }

    const json document = json::parse(openapi_document());
};

// "GET /health", and whether it wants a key.
using Addresses = std::map<std::string, bool>;

TEST_F(OpenApi, HasEveryRouteAndNoOther) {
    Addresses routes, described;
    // The page is for people.
    std::set<std::string_view> pages;
    for (const Route& route : page_routes()) pages.insert(route.path);
    for (const Route& route : all_routes())
        if (!pages.contains(route.path))
            routes[std::string(http::to_string(route.method)) + " " + std::string(route.path)] =
                route.scope.has_value();
    for (const auto& [path, item] : document.at("paths").items())
        for (const auto& [method, operation] : item.items()) {
            if (method == "parameters") continue;
            std::string name = method;
            std::ranges::transform(name, name.begin(), [](unsigned char c) {
                return static_cast<char>(std::toupper(c));
            });
            described[name + " " + path] = !operation.contains("security");
        }
    EXPECT_EQ(described, routes);
}

TEST_F(OpenApi, HasEveryErrorThatAClientCanSee) {
    Names codes;
    for (const ErrorInfo& e : error_catalogue())
        if (reaches_clients(e.code)) codes.emplace(e.name);
    EXPECT_EQ(enum_of("ErrorCode"), codes);
}

TEST_F(OpenApi, PromisesEveryErrorWithItsOwnStatus) {
    Names promised;
    for (const auto& [name, response] : document.at("components").at("responses").items()) {
        const json& content = response.at("content");
        if (!content.contains("application/problem+json")) continue;
        const json& is = content.at("application/problem+json").at("schema").at("properties");
        for (const std::string code : is.at("code").at("enum")) {
            const auto info =
                std::ranges::find(error_catalogue(), std::string_view(code), &ErrorInfo::name);
            ASSERT_NE(info, error_catalogue().end()) << code;
            EXPECT_EQ(is.at("status").at("const"), info->http_status) << name << ": " << code;
            promised.insert(code);
        }
    }
    EXPECT_EQ(promised, enum_of("ErrorCode"));
}

TEST_F(OpenApi, HasEveryReasonAndDecision) {
    Names reasons, decisions;
    for (int r = 0; r <= static_cast<int>(score::kLastReason); ++r)
        reasons.emplace(score::to_string(static_cast<score::Reason>(r)));
    for (const auto d : {score::Decision::allow, score::Decision::next, score::Decision::block})
        decisions.emplace(score::to_string(d));
    EXPECT_EQ(enum_of("ReasonCode"), reasons);
    EXPECT_EQ(enum_of("Decision"), decisions);
}

TEST_F(OpenApi, HasTheBoundsOfTheSearch) {
    const json& asked = document.at("components")
                            .at("schemas")
                            .at("ScorePath")
                            .at("properties")
                            .at("max_offset_ms");
    EXPECT_EQ(asked.at("minimum"), pipeline::kLeastMaxOffsetMs);
    EXPECT_EQ(asked.at("maximum"), pipeline::kMostMaxOffsetMs);
    const json& curve =
        document.at("components").at("schemas").at("Face").at("properties").at("curve");
    constexpr int kMsPerFrame = 1000 / media::kFrameRate;
    EXPECT_EQ(curve.at("minItems"), 2 * pipeline::kLeastMaxOffsetMs / kMsPerFrame + 1);
    EXPECT_EQ(curve.at("maxItems"), 2 * pipeline::kMostMaxOffsetMs / kMsPerFrame + 1);
}

TEST_F(OpenApi, HasEveryStateOfAJob) {
    Names states;
    for (const auto s : {JobState::queued, JobState::running, JobState::done, JobState::failed})
        states.emplace(to_string(s));
    const json& job = document.at("components").at("schemas").at("Job");
    EXPECT_EQ(job.at("properties").at("state").at("enum").get<Names>(), states);
    Names alternatives;
    for (const json& alternative : job.at("oneOf"))
        alternatives.insert(
            alternative.at("properties").at("state").at("const").get<std::string>());
    EXPECT_EQ(alternatives, states);
}

}  // namespace
}  // namespace syncnet::service
