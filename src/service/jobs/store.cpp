#include "service/jobs/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "base/error.h"
#include "service/jobs/database.h"
#include "service/storage/folder_lock.h"
#include "service/webhook/webhook_url.h"

namespace syncnet::service {
namespace {

constexpr const char* kColumns =
    "id, state, owner, idempotency_key, video, bytes, options, session_id, webhook, answer, "
    "created, finished, attempts";

constexpr std::array<std::string_view, 4> kStates{"queued", "running", "done", "failed"};

int number(JobState state) {
    return static_cast<int>(state);
}

std::string now_in_words() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

// Those of a damaged row are as if nothing had been said.
pipeline::VideoOptions options_of(const std::string& text) try {
    return pipeline::parse_video_options(nlohmann::json::parse(text, nullptr, false));
} catch (const Error&) {
    return {};
}

Job read(SQLite::Statement& row) {
    return {.id = row.getColumn(0),
            .state = static_cast<JobState>(std::clamp(row.getColumn(1).getInt(), 0, 3)),
            .owner = row.getColumn(2),
            .idempotency_key = row.getColumn(3),
            .video = row.getColumn(4),
            .bytes = row.getColumn(5).getInt64(),
            .options = options_of(row.getColumn(6)),
            .session_id = row.getColumn(7),
            .webhook = row.getColumn(8),
            .answer = row.getColumn(9),
            .created = row.getColumn(10),
            .finished = row.getColumn(11),
            .attempts = row.getColumn(12)};
}

// SQLite's errors in our words.
template <typename Work>
auto stored(const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& e) {
        const bool full = e.getErrorCode() == SQLITE_FULL;
        throw Error(full ? ErrorCode::storage_full : ErrorCode::cannot_write,
                    std::string("the service can't keep its state: ") + e.what());
    }
}

}  // namespace

std::string_view to_string(JobState state) {
    return kStates[static_cast<std::size_t>(state)];
}

struct JobStore::Impl {
    Impl(const std::filesystem::path& folder, const StoreLimits& its_limits)
        : lock(folder),
          limits(its_limits),
          spool(folder / "spool", limits.spool_bytes),
          database(open_database(folder / "syncnet.db")),
          reader(connect_to(folder / "syncnet.db")) {
        // Nobody is at them any more.
        database.exec("UPDATE jobs SET state=0 WHERE state=1");
        // The clock is only written from time to time; what was noted since was noted later.
        before = database
                     .execAndGet(
                         "SELECT max((SELECT seconds FROM clock), "
                         "(SELECT ifnull(max(finished_at), 0) FROM jobs), "
                         "(SELECT ifnull(max(at), 0) FROM answers), "
                         "(SELECT ifnull(max(at), 0) FROM quarantine))")
                     .getDouble();
        SQLite::Statement needed(database, "SELECT video FROM jobs WHERE state<2");
        while (needed.executeStep()) spool.retain(needed.getColumn(0));
        spool.remove_unused();
    }

    // Seconds that services have run on this folder.
    double age() const {
        return before +
               std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    }

    std::optional<Job> accepted_before(SQLite::Database& connection, const Job& job) const {
        if (!job.idempotency_key.empty()) {
            SQLite::Statement query(connection,
                                    std::string("SELECT ") + kColumns +
                                        " FROM jobs WHERE owner=? AND idempotency_key=?");
            SQLite::bind(query, job.owner, job.idempotency_key);
            if (query.executeStep()) {
                Job known = read(query);
                if (known.video != job.video || known.options != job.options)
                    throw Error(ErrorCode::idempotency_conflict,
                                "this Idempotency-Key came with another video or other options");
                return known;
            }
        }
        if (connection.execAndGet("SELECT count(*) FROM jobs WHERE state=0").getInt64() >=
            limits.queued_jobs)
            throw Error(ErrorCode::overloaded, "as many jobs wait as may");
        return std::nullopt;
    }

    FolderLock lock;
    StoreLimits limits;
    Spool spool;
    SQLite::Database database;
    mutable SQLite::Database reader;
    double before = 0;
    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

JobStore::JobStore(const std::filesystem::path& folder, const StoreLimits& limits) {
    try {
        impl_ = std::make_unique<Impl>(folder, limits);
    } catch (const SQLite::Exception& e) {
        throw Error(ErrorCode::invalid_setting,
                    std::string("STATE_DIR: its database can't be used: ") + e.what());
    }
}
JobStore::~JobStore() = default;

std::optional<Job> JobStore::accepted_before(const Job& job) const {
    return stored([&] { return impl_->accepted_before(impl_->reader, job); });
}

Spool::Use JobStore::keep(const Job& job, int video) {
    return impl_->spool.keep(video, job.video, job.bytes);
}

JobStore::Accepted JobStore::accept(Job job, Spool::Use video) {
    return stored([&]() -> Accepted {
        Impl& m = *impl_;
        if (auto before = m.accepted_before(m.database, job)) return {std::move(*before), true};
        job.state = JobState::queued;
        job.created = now_in_words();
        SQLite::Statement insert(m.database, std::string("INSERT INTO jobs(") + kColumns +
                                                 ") VALUES(?,?,?,?,?,?,?,?,?,'',?,'',0)");
        SQLite::bind(insert, job.id, number(job.state), job.owner, job.idempotency_key, job.video,
                     job.bytes, pipeline::to_json(job.options).dump(), job.session_id, job.webhook,
                     job.created);
        insert.exec();
        video.keep();  // until the job has ended
        return {std::move(job), false};
    });
}

std::optional<Job> JobStore::find(std::string_view id, std::string_view owner) const {
    return stored([&] {
        SQLite::Statement query(
            impl_->reader, std::string("SELECT ") + kColumns + " FROM jobs WHERE id=? AND owner=?");
        SQLite::bind(query, std::string(id), std::string(owner));
        return query.executeStep() ? std::optional(read(query)) : std::nullopt;
    });
}

bool JobStore::remove(std::string_view id, std::string_view owner) {
    return stored([&] {
        SQLite::Statement erase(impl_->database,
                                "DELETE FROM jobs WHERE id=? AND owner=? RETURNING state, video");
        SQLite::bind(erase, std::string(id), std::string(owner));
        std::optional<std::string> unused;
        bool there = false;
        while (erase.executeStep()) {  // to its end, so that it is committed
            there = true;
            if (erase.getColumn(0).getInt() < number(JobState::done)) unused = erase.getColumn(1);
        }
        if (unused) impl_->spool.release(*unused);
        return there;
    });
}

std::optional<Job> JobStore::claim() {
    return stored([&] {
        SQLite::Statement query(
            impl_->database,
            std::string(
                "UPDATE jobs SET state=1, attempts=attempts+1 WHERE seq=(SELECT seq FROM jobs "
                "WHERE state=0 ORDER BY seq LIMIT 1) RETURNING ") +
                kColumns);
        std::optional<Job> job;
        while (query.executeStep()) job = read(query);  // to its end, so that it is committed
        return job;
    });
}

void JobStore::finish(const Job& job, JobState state, const std::string& answer) {
    stored([&] {
        SQLite::Statement update(impl_->database,
                                 "UPDATE jobs SET state=?, answer=?, finished=?, finished_at=?, "
                                 "webhook_due=iif(webhook='', NULL, ?) WHERE id=? AND state=1");
        const double age = impl_->age();
        SQLite::bind(update, number(state), answer, now_in_words(), age, age, job.id);
        if (update.exec() > 0) impl_->spool.release(job.video);
    });
}

void JobStore::give_back(const Job& job) {
    stored([&] {
        SQLite::Statement update(
            impl_->database, "UPDATE jobs SET state=0, attempts=attempts-1 WHERE id=? AND state=1");
        update.bind(1, job.id);
        update.exec();
    });
}

UniqueFd JobStore::video(const Job& job) const {
    return impl_->spool.open(job.video);
}

std::optional<PendingWebhook> JobStore::next_webhook(const std::set<std::string>& jobs,
                                                     const std::set<std::string>& receivers) const {
    return stored([&]() -> std::optional<PendingWebhook> {
        SQLite::Statement query(
            impl_->reader,
            "SELECT id, webhook, session_id, owner, webhook_attempts, webhook_due "
            "FROM jobs WHERE webhook_due IS NOT NULL ORDER BY webhook_due");
        do {
            if (!query.executeStep()) return std::nullopt;
        } while (jobs.contains(query.getColumn(0).getString()) ||
                 receivers.contains(receiver_of(query.getColumn(1).getString())));
        const double wait = query.getColumn(5).getDouble() - impl_->age();
        return PendingWebhook{
            .job = query.getColumn(0),
            .url = query.getColumn(1),
            .session_id = query.getColumn(2),
            .owner = query.getColumn(3),
            .attempts = query.getColumn(4).getInt(),
            .due = std::chrono::seconds(std::llround(std::max(0.0, std::ceil(wait))))};
    });
}

void JobStore::webhook_done(const std::string& job) {
    stored([&] {
        SQLite::Statement update(impl_->database, "UPDATE jobs SET webhook_due=NULL WHERE id=?");
        update.bind(1, job);
        update.exec();
    });
}

void JobStore::webhook_failed(const std::string& job, std::chrono::seconds wait) {
    stored([&] {
        SQLite::Statement update(
            impl_->database,
            "UPDATE jobs SET webhook_due=?, webhook_attempts=webhook_attempts+1 "
            "WHERE id=?");
        SQLite::bind(update, impl_->age() + static_cast<double>(wait.count()), job);
        update.exec();
    });
}

std::optional<std::string> JobStore::cached(const std::string& key) const {
    return stored([&]() -> std::optional<std::string> {
        SQLite::Statement query(impl_->reader, "SELECT answer FROM answers WHERE key=? AND at>?");
        SQLite::bind(query, key,
                     impl_->age() - static_cast<double>(impl_->limits.answer_age.count()));
        if (!query.executeStep()) return std::nullopt;
        return query.getColumn(0).getString();
    });
}

void JobStore::cache(const std::string& key, const std::string& answer) {
    if (impl_->limits.answers == 0) return;
    stored([&] {
        SQLite::Statement insert(impl_->database, "INSERT OR REPLACE INTO answers VALUES(?,?,?)");
        SQLite::bind(insert, key, answer, impl_->age());
        insert.exec();
    });
}

void JobStore::quarantine(const std::string& sha256) {
    stored([&] {
        SQLite::Statement insert(impl_->database, "INSERT OR REPLACE INTO quarantine VALUES(?,?)");
        SQLite::bind(insert, sha256, impl_->age());
        insert.exec();
    });
}

bool JobStore::quarantined(const std::string& sha256) const {
    return stored([&] {
        SQLite::Statement query(impl_->reader, "SELECT 1 FROM quarantine WHERE video=? AND at>?");
        SQLite::bind(query, sha256,
                     impl_->age() - static_cast<double>(impl_->limits.quarantine.count()));
        return query.executeStep();
    });
}

void JobStore::sweep() {
    stored([&] {
        Impl& m = *impl_;
        const double age = m.age();
        SQLite::Transaction all(m.database);
        SQLite::Statement clock(m.database, "UPDATE clock SET seconds=?");
        clock.bind(1, age);
        clock.exec();
        SQLite::Statement old_jobs(
            m.database, "DELETE FROM jobs WHERE state>1 AND finished_at<? AND webhook_due IS NULL");
        old_jobs.bind(1, age - static_cast<double>(m.limits.job_age.count()));
        old_jobs.exec();
        SQLite::Statement old_answers(m.database, "DELETE FROM answers WHERE at<?");
        old_answers.bind(1, age - static_cast<double>(m.limits.answer_age.count()));
        old_answers.exec();
        SQLite::Statement too_many(
            m.database,
            "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY at "
            "LIMIT max(0, (SELECT count(*) FROM answers)-?))");
        too_many.bind(1, m.limits.answers);
        too_many.exec();
        SQLite::Statement released(
            m.database,
            "DELETE FROM quarantine WHERE at<? OR video IN (SELECT video FROM quarantine "
            "ORDER BY at LIMIT max(0, (SELECT count(*) FROM quarantine)-?))");
        SQLite::bind(released, age - static_cast<double>(m.limits.quarantine.count()),
                     kMaxQuarantined);
        released.exec();
        all.commit();
        m.spool.remove_unused();  // what could not be removed when it should have been
    });
}

JobStore::Counts JobStore::counts() const {
    return stored([&] {
        SQLite::Statement query(
            impl_->reader,
            "SELECT (SELECT count(*) FROM jobs WHERE state=0), (SELECT count(*) "
            "FROM jobs WHERE state=1), (SELECT count(*) FROM answers)");
        query.executeStep();
        return Counts{.queued = query.getColumn(0).getInt64(),
                      .running = query.getColumn(1).getInt64(),
                      .answers = query.getColumn(2).getInt64()};
    });
}

}  // namespace syncnet::service
