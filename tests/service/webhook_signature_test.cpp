#include "service/webhook/webhook_signature.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"

namespace syncnet::service {
namespace {

// Of the standard's own libraries; the same as
// base64(hmac.new(base64.b64decode("MfKQ…"), b"msg_….1614265330.{…}", "sha256").digest()).
TEST(WebhookSignature, OfStandardWebhooks) {
    const auto secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    EXPECT_EQ(secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek",
                          std::chrono::sys_seconds(std::chrono::seconds(1614265330)),
                          R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, RefusesWeakSecretsAndAmbiguousIds) {
    const auto secret_of = [](std::size_t bytes) {
        return "whsec_" + to_base64(std::vector<unsigned char>(bytes));
    };
    EXPECT_NO_THROW((void)WebhookSecret::parse(secret_of(24)));
    EXPECT_NO_THROW((void)WebhookSecret::parse(secret_of(64)));
    for (const std::string& bad :
         {secret_of(23), secret_of(65), std::string("whsec_"), std::string(),
          secret_of(24).substr(6), secret_of(24) + "!", "whsec_" + std::string(1 << 20, 'A')})
        EXPECT_THROW((void)WebhookSecret::parse(bad), Error) << bad.substr(0, 100);
    const auto secret = WebhookSecret::parse(secret_of(32));
    for (const std::string& id :
         {std::string(), std::string("a.b"), std::string("a\r\nb"), std::string(129, 'a')})
        EXPECT_THROW((void)secret.sign(id, {}, "{}"), Error) << id;
}

}  // namespace
}  // namespace syncnet::service
