#include "service/http/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::service {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

TEST(Cors, WithoutOriginsNothingIsSaid) {
    for (const auto& policy : {CorsPolicy(), CorsPolicy::parse(""), CorsPolicy::parse(" ")}) {
        EXPECT_THAT(policy.for_answer("https://app.example"), IsEmpty());
        EXPECT_THAT(policy.for_preflight("https://app.example"), IsEmpty());
    }
}

TEST(Cors, AnswersTheOriginsOfTheListByName) {
    const auto policy = CorsPolicy::parse("https://app.example, http://localhost:3000");
    EXPECT_THAT(policy.for_answer("http://localhost:3000"),
                Contains(Pair("Access-Control-Allow-Origin", "http://localhost:3000")));
    EXPECT_THAT(policy.for_answer("https://app.example"), Contains(Pair("Vary", "Origin")));
    // Caches must know that the answer depends on it, also where it allows nothing.
    for (const char* other : {"https://evil.example", "https://app.example.evil.example", "null",
                              "https://app.example:8443", "http://app.example", ""}) {
        EXPECT_THAT(policy.for_answer(other), ElementsAre(Pair("Vary", "Origin"))) << other;
        EXPECT_THAT(policy.for_preflight(other), ElementsAre(Pair("Vary", "Origin"))) << other;
    }
}

TEST(Cors, PreflightNamesOurHeaders) {
    const auto headers =
        CorsPolicy::parse("https://app.example").for_preflight("https://app.example");
    for (const char* name :
         {"Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "traceparent"})
        EXPECT_THAT(headers, Contains(Pair("Access-Control-Allow-Headers", HasSubstr(name))));
    EXPECT_THAT(headers, Contains(Pair("Access-Control-Allow-Methods", HasSubstr("DELETE"))));
    EXPECT_THAT(headers, Contains(Key("Access-Control-Max-Age")));
    EXPECT_THAT(headers, Contains(Pair("Vary", "Origin")));
}

TEST(Cors, AStarAllowsEverybodyWithoutCredentials) {
    const auto policy = CorsPolicy::parse("*");
    for (const auto& headers :
         {policy.for_answer("https://x.example"), policy.for_preflight("https://x.example")}) {
        EXPECT_THAT(headers, Contains(Pair("Access-Control-Allow-Origin", "*")));
        EXPECT_THAT(headers, Not(Contains(Key("Vary"))));
        EXPECT_THAT(headers, Not(Contains(Key("Access-Control-Allow-Credentials"))));
    }
}

TEST(Cors, TakesOriginsAsBrowsersWriteThem) {
    for (const char* good :
         {"https://a.example", "http://127.0.0.1:3000", "http://[::1]:3000", "http://[::1]",
          "capacitor://localhost", "chrome-extension://abcdef", "https://a.example:65535"})
        EXPECT_NO_THROW((void)CorsPolicy::parse(good)) << good;
}

TEST(Cors, NamesTheOriginThatIsWrong) {
    for (const std::string bad : {"https://a.example/",
                                  "https://a.example/path",
                                  "a.example",
                                  "https://",
                                  "://a",
                                  "https://A.example",
                                  "https://a.example:443",
                                  "http://a.example:80",
                                  "https://a.example:",
                                  "https://a.example:0",
                                  "https://a.example:99999",
                                  "https://a.example:8x",
                                  "https://user@a.example",
                                  "https://*.example",
                                  "*",
                                  "null",
                                  "",
                                  "https://a b",
                                  "https://[]",
                                  "https://[::1",
                                  "1https://a"}) {
        try {
            (void)CorsPolicy::parse("https://good.example," + bad);
            ADD_FAILURE() << bad;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
            EXPECT_THAT(e.what(), HasSubstr("\"" + bad + "\""));
        }
    }
    std::string many = "http://a0";
    for (std::size_t i = 1; i <= kMaxOrigins; ++i) many += ",http://a" + std::to_string(i);
    EXPECT_THROW((void)CorsPolicy::parse(many), Error);
}

}  // namespace
}  // namespace syncnet::service
