#include "service/auth/api_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"

namespace syncnet::service {
namespace {

using testing::HasSubstr;

class ApiKeysTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "api_keys_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        file_ = folder_ / "keys.jsonl";
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    ApiKeys load(const std::string& text, mode_t mode = 0640) const {
        std::ofstream(file_) << text;
        ::chmod(file_.c_str(), mode);
        return ApiKeys::load(file_);
    }

    std::string refusal(const std::string& text, mode_t mode = 0640) const {
        try {
            (void)load(text, mode);
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
            return e.what();
        }
        ADD_FAILURE() << text << " was taken";
        return {};
    }

    std::filesystem::path folder_, file_;
};

std::string line(const std::string& name, const std::string& more, char digit = 'a') {
    return R"({"name":")" + name + R"(","sha256":")" + std::string(64, digit) + "\"" + more + "}\n";
}

constexpr const char* kScore = R"(,"scopes":["score"])";

TEST_F(ApiKeysTest, FindsTheKeysThatItMade) {
    const auto shop = make_key("shop", parse_scopes("score, jobs"), 60, "2027-01-31");
    const auto metrics = make_key("prometheus", parse_scopes("metrics"), {}, {});
    EXPECT_EQ(shop.key.size(), 46U);
    EXPECT_EQ(shop.line.find(shop.key), std::string::npos) << "only its hash is kept";

    const auto keys = load(shop.line + "\n\n" + metrics.line + "\r\n");
    const auto now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    const ApiKey* const found = keys.find(shop.key, now);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "shop");
    EXPECT_EQ(found->rate_per_minute, 60);
    EXPECT_TRUE(found->may(Scope::score));
    EXPECT_TRUE(found->may(Scope::jobs));
    EXPECT_FALSE(found->may(Scope::metrics));
    ASSERT_NE(keys.find(metrics.key, now), nullptr);
    EXPECT_EQ(keys.find(metrics.key, now)->name, "prometheus");
}

TEST_F(ApiKeysTest, FindsNothingElse) {
    const auto made = make_key("a", parse_scopes("score"), {}, {});
    const auto keys = load(made.line);
    const auto other = make_key("a", parse_scopes("score"), {}, {});
    EXPECT_EQ(keys.find(other.key), nullptr);
    EXPECT_EQ(keys.find(""), nullptr);
    EXPECT_EQ(keys.find(made.key.substr(0, 45)), nullptr);
    EXPECT_EQ(keys.find(made.key + "A"), nullptr);
    EXPECT_EQ(keys.find(std::string(1 << 20, 'A')), nullptr);
    EXPECT_EQ(load("").find(made.key), nullptr);
}

TEST_F(ApiKeysTest, AKeyThatAPersonMadeUpIsNone) {
    // Its hash could be guessed.
    const auto keys =
        load(R"({"name":"a","scopes":["score"],"sha256":")" + to_hex(sha256("password")) + "\"}\n");
    EXPECT_EQ(keys.find("password"), nullptr);
}

TEST_F(ApiKeysTest, ExpiresWithTheDay) {
    const auto made = make_key("a", parse_scopes("score"), {}, "2027-01-31");
    const auto keys = load(made.line);
    const auto day = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);
    EXPECT_NE(keys.find(made.key, day - std::chrono::seconds(1)), nullptr);
    EXPECT_EQ(keys.find(made.key, day), nullptr);
}

TEST_F(ApiKeysTest, SaysWhichLineIsWrongAndWhy) {
    const std::string good = line("good", kScore);
    EXPECT_THAT(refusal(good + "nonsense"), HasSubstr("line 2: not a JSON object"));
    EXPECT_THAT(refusal("[]"), HasSubstr("line 1: not a JSON object"));
    EXPECT_THAT(refusal("{}"), HasSubstr("name"));
    EXPECT_THAT(refusal(line("a b", kScore)), HasSubstr("name"));
    EXPECT_THAT(refusal(line(std::string(65, 'a'), kScore)), HasSubstr("name"));
    EXPECT_THAT(refusal(line("a", "")), HasSubstr("scopes"));
    EXPECT_THAT(refusal(line("a", R"(,"scopes":["all"])")), HasSubstr("\"all\""));
    EXPECT_THAT(refusal(line("a", R"(,"scopes":[1])")), HasSubstr("scope"));
    EXPECT_THAT(refusal(line("a", kScore, 'g')), HasSubstr("sha256"));
    EXPECT_THAT(refusal(R"({"name":"a","scopes":["score"]})"), HasSubstr("sha256"));
    EXPECT_THAT(refusal(good + line("good", kScore, 'b')), HasSubstr("line 2: the name good"));
    EXPECT_THAT(refusal(good + line("other", kScore)), HasSubstr("same key"));
    for (const char* rate : {"0", "-1", "100001", "18446744073709551615", "1.5", "\"60\""})
        EXPECT_THAT(refusal(line("a", std::string(kScore) + R"(,"rate_per_minute":)" + rate)),
                    HasSubstr("rate_per_minute"));
    for (const char* day :
         {"2027-02-29", "2027-1-31", "31.1.2027", "2027-01-31T00:00", "", "-027-01-31"})
        EXPECT_THAT(refusal(line("a", std::string(kScore) + R"(,"expires":")" + day + "\"")),
                    HasSubstr("expires"));
    EXPECT_THAT(refusal(line("a", std::string(kScore) + R"(,"expire":"2027-01-31")")),
                HasSubstr("members"))
        << "misspelt, it would never expire";
}

TEST_F(ApiKeysTest, RefusesFilesThatOthersCanWriteOrThatAreNone) {
    const std::string good = line("good", kScore);
    EXPECT_THAT(refusal(good, 0660), HasSubstr("chmod"));
    EXPECT_THAT(refusal(good, 0602), HasSubstr("chmod"));
    EXPECT_NO_THROW(load(good, 0644));
    EXPECT_THROW((void)ApiKeys::load(folder_), Error);
    EXPECT_THROW((void)ApiKeys::load(folder_ / "absent"), Error);
}

TEST_F(ApiKeysTest, RefusesTooMuch) {
    EXPECT_THAT(refusal(std::string(kMaxKeyFileBytes + 1, '\n')), HasSubstr("bytes"));
    std::string many;
    for (std::size_t i = 0; i <= kMaxKeys; ++i)
        many += make_key("n" + std::to_string(i), parse_scopes("score"), {}, {}).line + "\n";
    EXPECT_THAT(refusal(many), HasSubstr("more than"));
}

TEST(MakeKey, RefusesWhatCouldNotBeLoaded) {
    EXPECT_THROW((void)make_key("a b", parse_scopes("score"), {}, {}), Error);
    EXPECT_THROW((void)make_key("a", {}, {}, {}), Error);
    EXPECT_THROW((void)make_key("a", parse_scopes("score"), 0, {}), Error);
    EXPECT_THROW((void)make_key("a", parse_scopes("score"), {}, "tomorrow"), Error);
    EXPECT_THROW((void)parse_scopes("score,"), Error);
    EXPECT_THROW((void)parse_scopes("admin"), Error);
}

TEST(PresentedKey, ComesInEitherHeader) {
    EXPECT_EQ(presented_key("Bearer abc", ""), "abc");
    EXPECT_EQ(presented_key("bEARER  abc ", "other"), "abc");
    EXPECT_EQ(presented_key("", "abc"), "abc");
    EXPECT_EQ(presented_key("Basic dTpw", "abc"), "abc");
    EXPECT_EQ(presented_key("Basic dTpw", ""), "");
    EXPECT_EQ(presented_key("Bearerabc", ""), "");
    EXPECT_EQ(presented_key("Bearer", ""), "");
}

}  // namespace
}  // namespace syncnet::service
