#include "service/webhook/webhook_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::service {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kHttpHosts{"intranet", "127.0.0.1", "::1"};

WebhookUrl parse(const std::string& text) {
    return parse_webhook_url(text, kHttpHosts);
}

std::string refusal(const std::string& text) {
    try {
        (void)parse(text);
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::invalid_request);
        return e.what();
    }
    ADD_FAILURE() << text << " was taken";
    return {};
}

TEST(WebhookUrl, IsTakenApart) {
    const auto url = parse("HTTPS://Hooks.Example/a/b%20c?x=1&y=/");
    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.host, "hooks.example");
    EXPECT_EQ(url.port, 443);
    EXPECT_EQ(url.target, "/a/b%20c?x=1&y=/");
    EXPECT_EQ(url.host_header, "hooks.example");

    const auto plain = parse("http://[::1]:8080?x");
    EXPECT_FALSE(plain.tls);
    EXPECT_EQ(plain.host, "::1");
    EXPECT_EQ(plain.port, 8080);
    EXPECT_EQ(plain.target, "/?x");
    EXPECT_EQ(plain.host_header, "[::1]:8080");
    EXPECT_EQ(parse("http://intranet").port, 80);
}

TEST(WebhookUrl, HttpIsForNamedHostsOnly) {
    EXPECT_THAT(refusal("http://hooks.example/"), HasSubstr("https"));
    EXPECT_THAT(refusal("http://intranet.example/"), HasSubstr("https"));
    EXPECT_NO_THROW((void)parse("http://INTRANET/"));
}

TEST(WebhookUrl, RefusesWhatCouldBeReadInTwoWays) {
    EXPECT_THAT(refusal("https://user@hooks.example/"), HasSubstr("credentials"));
    EXPECT_THAT(refusal("https://:@hooks.example/"), HasSubstr("credentials"));
    EXPECT_THAT(refusal("https://hooks.example/#x"), HasSubstr("fragment"));
    EXPECT_THAT(refusal("https://hooks.example:25/"), HasSubstr("port"));
    EXPECT_THAT(refusal("https://hooks.example:80/"), HasSubstr("port"));
    for (const char* port : {"0", "65536", "99999999999999999999", "-1"})
        EXPECT_THROW((void)parse(std::string("https://hooks.example:") + port), Error) << port;
    EXPECT_THAT(refusal("https://a.example/" + std::string(kMaxWebhookUrlBytes, 'a')),
                HasSubstr("bytes"));
    for (const std::string bad : {"",
                                  "hooks.example",
                                  "//hooks.example",
                                  "/path",
                                  "ftp://hooks.example",
                                  "file:///etc/passwd",
                                  "https:",
                                  "https://",
                                  "https:///path",
                                  "https://hooks.example\\@127.0.0.1/",
                                  "https://hooks.example /",
                                  "https://hooks.example/a b",
                                  "https://hooks.example/\r\nX: y",
                                  "https://hooks.example./",
                                  "https://ho%6fks.example/",
                                  "https://[fe80::1%25eth0]/",
                                  "https://[v1.x]/",
                                  "https://h\xc3\xb6oks.example/",
                                  "https://hooks.example/\xc3\xb6",
                                  "https://hooks.example,a/",
                                  "https://hooks.example:8443x/",
                                  "https://[::1]x/"})
        EXPECT_THROW((void)parse(bad), Error) << bad;
}

}  // namespace
}  // namespace syncnet::service
