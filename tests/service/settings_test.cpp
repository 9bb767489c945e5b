#include "service/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/error.h"

namespace syncnet::service {
namespace {

using Environment = std::map<std::string, std::string>;

Settings load(const Environment& environment, const std::string& file = {},
              std::vector<std::string>* notes = nullptr) {
    const auto path = std::filesystem::path(testing::TempDir()) / "settings_test.env";
    std::ofstream(path) << file;
    std::vector<std::string> ignored;
    const auto settings = load_settings(
        path,
        [&](const std::string& name) {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        },
        notes != nullptr ? *notes : ignored);
    std::filesystem::remove(path);
    return settings;
}

TEST(Settings, DefaultsNeedNothing) {
    const Settings s = load({});
    EXPECT_EQ(s.host, "127.0.0.1");
    EXPECT_EQ(s.port, 5000);
    EXPECT_EQ(s.max_video_bytes, 10 << 20);
    EXPECT_EQ(s.processing_timeout.count(), 30);
}

TEST(Settings, EnvironmentComesBeforeTheFile) {
    const std::string file = "# comment\nPORT=7000\n MAX_VIDEO_SIZE_MB = \"5\" \r\n";
    EXPECT_EQ(load({}, file).port, 7000);
    EXPECT_EQ(load({}, file).max_video_bytes, 5 << 20);
    EXPECT_EQ(load({{"PORT", "7001"}}, file).port, 7001);
    EXPECT_EQ(load({{"PORT", ""}}, file).port, 7000) << "empty is unset";
}

TEST(Settings, NamesTheOneThatIsWrong) {
    for (const char* bad : {"x", "-1", "70000", "80 "}) {
        try {
            (void)load({{"PORT", bad}});
            FAIL() << bad;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
            EXPECT_THAT(e.what(), testing::HasSubstr("PORT"));
        }
    }
    EXPECT_THROW(load({{"LOG_LEVEL", "loud"}}), Error);
    EXPECT_THROW(load({{"PROCESSING_TIMEOUT_SECONDS", "0"}}), Error);
}

TEST(Settings, TheOffsetIsSearchedWithinBounds) {
    EXPECT_FALSE(load({}).video.max_offset_ms);
    EXPECT_EQ(load({{"MAX_OFFSET_MS", "200"}}).video.max_offset_ms, 200);
    EXPECT_EQ(load({{"MAX_OFFSET_MS", "10000"}}).video.max_offset_ms, 10'000);
    for (const char* bad : {"199", "10001", "2 s", "-200", "2000.5"}) {
        try {
            (void)load({{"MAX_OFFSET_MS", bad}});
            FAIL() << bad;
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_setting);
            EXPECT_THAT(e.what(), testing::HasSubstr("MAX_OFFSET_MS"));
            EXPECT_THAT(e.what(), testing::HasSubstr("of ms from 200 to 10000"));
        }
    }
}

TEST(Settings, NotesWhatTheSeedKnewAndWeDoNot) {
    std::vector<std::string> notes;
    (void)load({{"FLASK_ENV", "production"}}, "FLASK_DEBUG=True", &notes);
    EXPECT_THAT(notes, testing::ElementsAre(testing::HasSubstr("FLASK_ENV, FLASK_DEBUG")));
}

TEST(Settings, EveryDefaultIsValidAndDescribed) {
    const Settings defaults;
    for (const Setting& setting : settings_table()) {
        EXPECT_FALSE(setting.meaning.empty()) << setting.name;
        Settings copy;
        if (const std::string text = setting.get(defaults); !text.empty()) {
            EXPECT_NO_THROW(setting.set(copy, text)) << setting.name;
            EXPECT_EQ(setting.get(copy), text) << setting.name;
        }
    }
}

}  // namespace
}  // namespace syncnet::service
