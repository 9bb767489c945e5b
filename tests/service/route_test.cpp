#include "service/http/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/webhook/webhook_url.h"

namespace syncnet::service {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Query, HasNamesAndValues) {
    EXPECT_THAT(parse_query("a=1&b=x%20y+z&%63=%26&d&a=2"),
                ElementsAre(Pair("a", "1"), Pair("b", "x y z"), Pair("c", "&"), Pair("d", "")));
    EXPECT_THAT(parse_query(""), ElementsAre());
    EXPECT_THROW(parse_query("a=%zz"), Error);
    EXPECT_THROW(parse_query(std::string_view("a=\0b", 4)), Error);
}

// It lies in a buffer of the connection; what follows there is nobody's business.
TEST(Query, EndsWhereItEnds) {
    constexpr std::string_view buffer = "a=1&session_id=me HTTP/1.1 Authorization: Bearer secret";
    EXPECT_THAT(parse_query(buffer.substr(0, buffer.find(' '))),
                ElementsAre(Pair("a", "1"), Pair("session_id", "me")));
}

TEST(Query, OfAWebhookEndsWhereItEnds) {
    constexpr std::string_view buffer = "https://example.org/hook?a=1#fragment";
    EXPECT_EQ(parse_webhook_url(buffer.substr(0, buffer.find('#')), {}).target, "/hook?a=1");
    EXPECT_EQ(parse_webhook_url(buffer.substr(0, buffer.find('?')), {}).target, "/hook");
    EXPECT_EQ(parse_webhook_url(buffer.substr(0, buffer.find("/hook")), {}).target, "/");
}

class Routes : public testing::Test {
  protected:
    std::string_view path_of(http::verb method, std::string_view path) const {
        const RouteMatch found = match(routes, method, path);
        return found.route == nullptr ? "" : found.route->path;
    }

    const std::vector<Route> routes{{http::verb::get, "/things", {}, {}},
                                    {http::verb::post, "/things", {}, {}},
                                    {http::verb::get, "/things/{id}", {}, {}},
                                    {http::verb::get, "/things/{id}/parts", {}, {}}};
};

TEST_F(Routes, AreFoundByMethodAndPath) {
    EXPECT_EQ(path_of(http::verb::get, "/things"), "/things");
    EXPECT_EQ(path_of(http::verb::head, "/things"), "/things");
    EXPECT_EQ(path_of(http::verb::get, "/things/7/parts"), "/things/{id}/parts");
    EXPECT_EQ(path_of(http::verb::delete_, "/things"), "");
    for (const char* const path : {"", "/", "/thing", "/things/", "/things/7/8", "/things//parts"})
        EXPECT_EQ(path_of(http::verb::get, path), "") << path;
}

TEST_F(Routes, KnowTheirParameterAndTheirMethods) {
    EXPECT_EQ(match(routes, http::verb::get, "/things/7").parameter, "7");
    EXPECT_EQ(match(routes, http::verb::put, "/things").allowed, "GET, HEAD, POST");
    EXPECT_EQ(match(routes, http::verb::put, "/nothing").allowed, "");
}

}  // namespace
}  // namespace syncnet::service
