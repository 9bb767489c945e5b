// What survives the process: jobs with their results, and cached answers. SQLite, write-ahead.
//
// Ages are counted while the service runs, not by the clock on the wall, so that a clock that jumps
// neither loses nor keeps anything; that clock is only for showing.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/options.h"
#include "service/jobs/spool.h"

namespace syncnet::service {

enum class JobState { queued, running, done, failed };
std::string_view to_string(JobState state);

struct Job {
    std::string id;
    JobState state = JobState::queued;
    std::string owner;  // the key's name; empty without keys
    std::string idempotency_key;
    std::string video;  // SHA-256
    std::int64_t bytes = 0;
    pipeline::VideoOptions options;
    std::string session_id;
    std::string webhook;            // where to tell the end; may be empty
    std::string answer;             // JSON: the analysis, or the problem; empty before the end
    std::string created, finished;  // RFC 3339, UTC
    int attempts = 0;               // begun, and not handed back in an orderly way
};

struct StoreLimits {
    std::int64_t queued_jobs = 1000;
    std::int64_t spool_bytes = 10LL << 30U;
    std::chrono::seconds job_age{7 * 86'400};
    std::int64_t answers = 10'000;
    std::chrono::seconds answer_age{86'400};
    std::chrono::seconds quarantine{600};
};

inline constexpr int kMaxQuarantined = 10'000;  // the oldest go first

struct PendingWebhook {
    std::string job, url, session_id, owner;
    int attempts = 0;
    std::chrono::seconds due{0};  // from now
};

// One thread at a time may read (const methods), one may write (others), and any may be at videos
// (`keep` and `video`). Every method may throw storage_full or cannot_write.
class JobStore {
  public:
    // Jobs that a former process was at are queued again. Throws invalid_setting.
    JobStore(const std::filesystem::path& folder, const StoreLimits& limits);
    ~JobStore();

    // The job that was accepted before, where owner and idempotency key are the same; throws
    // idempotency_conflict if that one is about another video or options. Throws overloaded.
    std::optional<Job> accepted_before(const Job& job) const;
    // Keeps the job's video, as Spool does.
    Spool::Use keep(const Job& job, int video);
    // Keeps the job, after its video; when this returns, neither is lost whatever happens to the
    // process. Judges as `accepted_before` does.
    struct Accepted {
        Job job;
        bool again = false;
    };
    Accepted accept(Job job, Spool::Use video);

    std::optional<Job> find(std::string_view id, std::string_view owner) const;
    // Also its video, where no other job uses it. False if there is no such job.
    bool remove(std::string_view id, std::string_view owner);

    std::optional<Job> claim();  // the one that has waited longest, now running
    void finish(const Job& job, JobState state, const std::string& answer);
    void give_back(const Job& job);  // queued again
    UniqueFd video(const Job& job) const;

    // The one that is due first and that is neither of these jobs nor to these receivers.
    std::optional<PendingWebhook> next_webhook(const std::set<std::string>& jobs = {},
                                               const std::set<std::string>& receivers = {}) const;
    void webhook_done(const std::string& job);
    void webhook_failed(const std::string& job, std::chrono::seconds wait);

    std::optional<std::string> cached(const std::string& key) const;
    void cache(const std::string& key, const std::string& answer);

    // Videos that workers or services did not survive: refused for a while, also after a restart.
    void quarantine(const std::string& sha256);
    bool quarantined(const std::string& sha256) const;

    // Lets go what is too old or too much. Call it from time to time.
    void sweep();

    struct Counts {
        std::int64_t queued = 0, running = 0, answers = 0;
    };
    Counts counts() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::service
