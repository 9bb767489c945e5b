#include "service/route.h"

#include <gtest/gtest.h>

#include <array>

namespace syncnet::service {
namespace {

using enum http::verb;

const std::array<Route, 4> kRoutes{Route{get, "/health", {}, {}}, Route{post, "/v1/jobs", {}, {}},
                                   Route{get, "/v1/jobs/{id}", {}, {}},
                                   Route{delete_, "/v1/jobs/{id}", {}, {}}};

TEST(Route, IsFoundByMethodAndPath) {
    EXPECT_EQ(match(kRoutes, get, "/health").route, &kRoutes[0]);
    EXPECT_EQ(match(kRoutes, head, "/health").route, &kRoutes[0]);
    const RouteMatch job = match(kRoutes, get, "/v1/jobs/job_1");
    EXPECT_EQ(job.route, &kRoutes[2]);
    EXPECT_EQ(job.parameter, "job_1");
    EXPECT_EQ(match(kRoutes, delete_, "/v1/jobs/x").route, &kRoutes[3]);
}

TEST(Route, TellsWhatIsAllowed) {
    const RouteMatch wrong = match(kRoutes, post, "/v1/jobs/x");
    EXPECT_EQ(wrong.route, nullptr);
    EXPECT_EQ(wrong.allowed, "GET, HEAD, DELETE");
    for (const char* nowhere : {"/", "", "/healthy", "/v1/jobs/", "/v1/jobs/a/b", "/v1//jobs/a"})
        EXPECT_TRUE(match(kRoutes, get, nowhere).allowed.empty()) << nowhere;
}

TEST(Route, QueriesAreTakenApart) {
    const auto query = parse_query("session_id=a%20b+c&model=&x&model=second");
    EXPECT_EQ(query.at("session_id"), "a b c");
    EXPECT_EQ(query.at("model"), "");
    EXPECT_TRUE(query.contains("x"));
    EXPECT_TRUE(parse_query("").empty() || parse_query("").contains(""));
    EXPECT_THROW(parse_query("a=%zz"), Error);
}

}  // namespace
}  // namespace syncnet::service
