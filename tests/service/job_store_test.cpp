#include "service/jobs/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/sha256.h"

namespace syncnet::service {
namespace {

namespace fs = std::filesystem;

class JobStoreTest : public testing::Test {
  protected:
    void SetUp() override { fs::remove_all(folder_); }
    void TearDown() override {
        fs::remove_all(folder_);
        fs::remove(folder_.string() + ".video");
    }

    static Job job(const std::string& id, const std::string& text, const std::string& key = {}) {
        return {.id = id,
                .owner = "me",
                .idempotency_key = key,
                .video = to_hex(sha256(text)),
                .bytes = static_cast<std::int64_t>(text.size())};
    }
    UniqueFd video(const std::string& text) {
        const fs::path path = folder_.string() + ".video";
        std::ofstream(path) << text;
        return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }
    // As a request does.
    static JobStore::Accepted accept(JobStore& store, const Job& j, int file) {
        if (auto before = store.accepted_before(j)) return {std::move(*before), true};
        return store.accept(j, store.keep(j, file));
    }
    JobStore::Accepted accept(JobStore& store, const Job& j, const std::string& text) {
        return accept(store, j, video(text).get());
    }
    std::size_t spooled() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_ / "spool"), fs::directory_iterator()));
    }
    static ErrorCode refusal(const std::function<void()>& what) {
        try {
            what();
        } catch (const Error& e) {
            return e.code();
        }
        return ErrorCode::internal;
    }

    const fs::path folder_ =
        fs::path(testing::TempDir()) / ("job_store_test." + std::to_string(::getpid()));
};

TEST_F(JobStoreTest, AJobFromItsBeginningToItsEnd) {
    JobStore store(folder_, {});
    EXPECT_FALSE(accept(store, job("a", "video"), "video").again);
    EXPECT_EQ(store.find("a", "me")->state, JobState::queued);
    EXPECT_FALSE(store.find("a", "somebody else"));
    auto claimed = store.claim();
    ASSERT_TRUE(claimed);
    EXPECT_EQ(claimed->state, JobState::running);
    EXPECT_FALSE(store.claim());
    std::array<char, 5> bytes{};
    EXPECT_EQ(::pread(store.video(*claimed).get(), bytes.data(), 5, 0), 5);
    store.finish(*claimed, JobState::done, R"({"decision":"ALLOW"})");
    EXPECT_EQ(store.find("a", "me")->answer, R"({"decision":"ALLOW"})");
    EXPECT_EQ(spooled(), 0U) << "its video is gone";
    EXPECT_TRUE(store.remove("a", "me"));
    EXPECT_FALSE(store.remove("a", "me"));
}

TEST_F(JobStoreTest, FirstInFirstOut) {
    JobStore store(folder_, {});
    for (const char* id : {"a", "b", "c"}) accept(store, job(id, id), id);
    EXPECT_EQ(store.claim()->id, "a");
    const Job b = *store.claim();
    store.give_back(b);
    EXPECT_EQ(store.claim()->id, "b") << "given back, it keeps its place";
}

TEST_F(JobStoreTest, WhatAFormerProcessWasAtIsDoneAgain) {
    {
        JobStore store(folder_, {});
        accept(store, job("a", "1"), "1");
        accept(store, job("b", "2"), "2");
        store.finish(*store.claim(), JobState::failed, "{}");
        (void)store.claim();
        std::ofstream(folder_ / "spool" / "left over.partial") << "x";
    }
    JobStore store(folder_, {});
    EXPECT_EQ(store.find("a", "me")->state, JobState::failed);
    EXPECT_EQ(store.find("b", "me")->state, JobState::queued);
    EXPECT_EQ(spooled(), 1U);
    EXPECT_EQ(store.claim()->id, "b");
}

TEST_F(JobStoreTest, AttemptsAreCountedAcrossRestarts) {
    for (int attempt = 1; attempt <= 3; ++attempt) {
        JobStore store(folder_, {});
        if (attempt == 1) accept(store, job("a", "1"), "1");
        EXPECT_EQ(store.claim()->attempts, attempt);
    }
    JobStore store(folder_, {});
    store.give_back(*store.claim());
    EXPECT_EQ(store.claim()->attempts, 4) << "what is handed back was no attempt";
}

TEST_F(JobStoreTest, TheQuarantineIsKeptForAWhile) {
    {
        JobStore store(folder_, {});
        store.quarantine("bad");
    }
    {
        JobStore store(folder_, {});
        store.sweep();
        EXPECT_TRUE(store.quarantined("bad"));
        EXPECT_FALSE(store.quarantined("good"));
    }
    JobStore store(folder_, {.quarantine = std::chrono::seconds(0)});
    EXPECT_FALSE(store.quarantined("bad"));
}

TEST_F(JobStoreTest, TheSameKeyIsTheSameJob) {
    JobStore store(folder_, {});
    accept(store, job("a", "video", "k"), "video");
    const auto again = accept(store, job("b", "video", "k"), "video");
    EXPECT_TRUE(again.again);
    EXPECT_EQ(again.job.id, "a");
    EXPECT_EQ(refusal([&] { accept(store, job("c", "other", "k"), "other"); }),
              ErrorCode::idempotency_conflict);
    Job theirs = job("d", "video", "k");
    theirs.owner = "somebody else";
    EXPECT_FALSE(accept(store, theirs, "video").again);
}

TEST_F(JobStoreTest, WhatWasChosenIsKeptAndBelongsToTheKey) {
    const pipeline::VideoOptions options{.model = "lipsync",
                                         .windows = true,
                                         .face = {.which = pipeline::FaceChoice::Which::largest},
                                         .max_offset_ms = 5000};
    Job chosen = job("a", "video", "k");
    chosen.options = options;
    {
        JobStore store(folder_, {});
        accept(store, chosen, "video");
        accept(store, job("plain", "video"), "video");
    }
    JobStore store(folder_, {});
    EXPECT_EQ(store.find("a", "me")->options, options);
    EXPECT_EQ(store.find("plain", "me")->options, pipeline::VideoOptions{});
    EXPECT_TRUE(accept(store, chosen, "video").again);
    for (int field = 0; field < 4; ++field) {
        Job other = chosen;
        if (field == 0) other.options.model = "lipsync-grid";
        if (field == 1) other.options.windows = false;
        if (field == 2) other.options.face.which = pipeline::FaceChoice::Which::left;
        if (field == 3) other.options.max_offset_ms.reset();
        EXPECT_EQ(refusal([&] { accept(store, other, "video"); }), ErrorCode::idempotency_conflict)
            << field;
    }
}

TEST_F(JobStoreTest, TakesOnAFolderOfEveryVersionBefore) {
    {
        JobStore store(folder_, {});
        accept(store, job("a", "video"), "video");
        store.cache("k", "{}");
    }
    const auto go_back_to = [&](int version) {
        SQLite::Database old((folder_ / "syncnet.db").string(), SQLite::OPEN_READWRITE);
        for (const char* column :
             {"model TEXT NOT NULL DEFAULT 'lipsync'", "windows INTEGER NOT NULL DEFAULT 1"})
            old.exec(std::string("ALTER TABLE jobs ADD COLUMN ") + column);
        old.exec("ALTER TABLE jobs DROP COLUMN options");
        if (version < 4) old.exec("ALTER TABLE jobs DROP COLUMN attempts");
        if (version >= 3)
            old.exec("ALTER TABLE jobs ADD COLUMN audio_track TEXT NOT NULL DEFAULT 'eng'");
        if (version >= 2) {
            old.exec("ALTER TABLE jobs ADD COLUMN face TEXT NOT NULL DEFAULT 'largest'");
            old.exec("ALTER TABLE jobs ADD COLUMN max_offset_ms INTEGER DEFAULT 800");
        }
        old.exec("PRAGMA user_version=" + std::to_string(version));
    };
    for (int version = 4; version > 0; --version) {
        pipeline::VideoOptions options{.model = "lipsync", .windows = true};
        if (version >= 2) {
            options.face.which = pipeline::FaceChoice::Which::largest;
            options.max_offset_ms = 800;
        }
        if (version >= 3) options.audio_track = *pipeline::parse_audio_choice("eng");
        go_back_to(version);
        for (int start = 0; start < 2; ++start) {
            JobStore store(folder_, {});
            EXPECT_EQ(store.find("a", "me")->options, options) << version;
            EXPECT_TRUE(store.cached("k"));
        }
    }
    JobStore store(folder_, {});
    EXPECT_EQ(store.claim()->id, "a");
}

TEST_F(JobStoreTest, HasLimits) {
    JobStore store(folder_, {.queued_jobs = 2, .spool_bytes = 10});
    accept(store, job("a", "1234567"), "1234567");
    EXPECT_EQ(refusal([&] { accept(store, job("b", "abcdefg"), "abcdefg"); }),
              ErrorCode::storage_full);
    accept(store, job("c", "1234567"), "1234567");  // the same video again takes nothing
    EXPECT_EQ(refusal([&] { accept(store, job("d", "1"), "1"); }), ErrorCode::overloaded);
    EXPECT_EQ(store.counts().queued, 2);
}

TEST_F(JobStoreTest, AVideoStaysForTheOtherJob) {
    JobStore store(folder_, {});
    accept(store, job("a", "x"), "x");
    accept(store, job("b", "x"), "x");
    EXPECT_TRUE(store.remove("a", "me"));
    EXPECT_EQ(spooled(), 1U);
    EXPECT_TRUE(store.remove("b", "me"));
    EXPECT_EQ(spooled(), 0U);
}

TEST_F(JobStoreTest, RemembersSoManyAnswers) {
    JobStore store(folder_, {.answers = 3});
    for (int i = 0; i < 6; ++i) store.cache(std::to_string(i), "{}");
    store.sweep();
    EXPECT_EQ(store.counts().answers, 3);
    EXPECT_FALSE(store.cached("0"));
    EXPECT_TRUE(store.cached("5"));
}

TEST_F(JobStoreTest, AgesCountOnlyWhileItRuns) {
    {
        JobStore store(folder_, {});
        store.cache("k", "{}");
        store.sweep();
    }
    JobStore store(folder_, {.answer_age = std::chrono::seconds(60)});
    EXPECT_TRUE(store.cached("k"));
}

TEST_F(JobStoreTest, AWebhookWaitsForItsTime) {
    JobStore store(folder_, {});
    Job with = job("a", "x");
    with.webhook = "https://example.org/hook";
    accept(store, with, "x");
    EXPECT_FALSE(store.next_webhook()) << "the job has not ended";
    store.finish(*store.claim(), JobState::done, "{}");
    EXPECT_EQ(store.next_webhook()->due.count(), 0);
    store.webhook_failed("a", std::chrono::seconds(100));
    EXPECT_GT(store.next_webhook()->due.count(), 90);
    EXPECT_EQ(store.next_webhook()->attempts, 1);
    store.webhook_done("a");
    EXPECT_FALSE(store.next_webhook());
}

TEST_F(JobStoreTest, AReceiverThatIsBusyHoldsUpNoOther) {
    JobStore store(folder_, {});
    for (const char* id : {"slow 1", "slow 2", "quick"}) {
        Job with = job(id, id);
        with.webhook = id == std::string("quick") ? "https://quick.example/hook"
                                                  : "https://Slow.example?id=" + with.id;
        accept(store, with, id);
        store.finish(*store.claim(), JobState::done, "{}");
    }
    EXPECT_EQ(store.next_webhook()->job, "slow 1");
    EXPECT_EQ(store.next_webhook({"slow 1"})->job, "slow 2");
    EXPECT_EQ(store.next_webhook({"slow 1"}, {"slow.example"})->job, "quick");
    EXPECT_FALSE(store.next_webhook({"slow 1", "quick"}, {"slow.example"}));
}

TEST_F(JobStoreTest, AVideoThatChangedMeanwhileIsRefused) {
    JobStore store(folder_, {});
    EXPECT_EQ(refusal([&] { accept(store, job("a", "hashed"), "copied"); }),
              ErrorCode::unreadable_video);
    EXPECT_EQ(spooled(), 0U);
}

TEST_F(JobStoreTest, AFullDiskIsSaidAndGoesAway) {
    JobStore store(folder_, {});
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{.rlim_cur = 1024, .rlim_max = before.rlim_max};
    const std::string large(8192, 'x');
    const UniqueFd file = video(large);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const ErrorCode code = refusal([&] { accept(store, job("a", large), file.get()); });
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(code, ErrorCode::cannot_write);
    EXPECT_EQ(spooled(), 0U) << "no half video stays";
    EXPECT_FALSE(accept(store, job("a", large), file.get()).again);
}

TEST_F(JobStoreTest, RefusesANewerFolder) {
    fs::create_directories(folder_);
    std::ofstream(folder_ / "syncnet.db") << std::string(5000, 'x');
    EXPECT_EQ(refusal([&] { JobStore store(folder_, {}); }), ErrorCode::invalid_setting);
}

}  // namespace
}  // namespace syncnet::service
