#include "service/jobs/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "base/error.h"
#include "pipeline/face_choice.h"
#include "service/folder_lock.h"
#include "service/webhook_url.h"

namespace syncnet::service {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS jobs(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,
    owner TEXT NOT NULL, idempotency_key TEXT NOT NULL, video TEXT NOT NULL, bytes INTEGER NOT NULL,
    model TEXT NOT NULL, windows INTEGER NOT NULL, session_id TEXT NOT NULL, webhook TEXT NOT NULL, answer TEXT NOT NULL,
    created TEXT NOT NULL, finished TEXT NOT NULL, finished_at REAL NOT NULL DEFAULT 0,
    webhook_attempts INTEGER NOT NULL DEFAULT 0, webhook_due REAL,
    face TEXT NOT NULL DEFAULT 'all', max_offset_ms INTEGER,
    audio_track TEXT NOT NULL DEFAULT 'best', attempts INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS once ON jobs(owner, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX IF NOT EXISTS by_state ON jobs(state, seq);
CREATE INDEX IF NOT EXISTS by_video ON jobs(video);
CREATE INDEX IF NOT EXISTS by_webhook ON jobs(webhook_due) WHERE webhook_due IS NOT NULL;
CREATE TABLE IF NOT EXISTS answers(
    key TEXT PRIMARY KEY, answer TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_age ON answers(at);
CREATE TABLE IF NOT EXISTS quarantine(video TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock(seconds REAL NOT NULL);
)sql";

constexpr const char* kColumns =
    "id, state, owner, idempotency_key, video, bytes, model, windows, session_id, webhook, answer, "
    "created, finished, face, max_offset_ms, audio_track, attempts";

constexpr int kSchemaVersion = 4;
// What each version had not.
constexpr const char* kFromVersion1 = R"sql(
ALTER TABLE jobs ADD COLUMN face TEXT NOT NULL DEFAULT 'all';
ALTER TABLE jobs ADD COLUMN max_offset_ms INTEGER;
)sql";
constexpr const char* kFromVersion2 = R"sql(
ALTER TABLE jobs ADD COLUMN audio_track TEXT NOT NULL DEFAULT 'best';
)sql";
constexpr const char* kFromVersion3 = R"sql(
ALTER TABLE jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
)sql";
constexpr int kBusyMilliseconds = 5000;
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

ScoringChoice read_choice(SQLite::Statement& row) {
    ScoringChoice choice{.model = row.getColumn(6),
                         .windows = row.getColumn(7).getInt() != 0,
                         .face = pipeline::parse_face_choice(row.getColumn(13).getString())
                                     .value_or(pipeline::FaceChoice{}),
                         .audio = pipeline::parse_audio_choice(row.getColumn(15).getString())
                                      .value_or(pipeline::AudioChoice{})};
    if (const auto max_offset = row.getColumn(14); !max_offset.isNull())
        choice.max_offset_ms = max_offset.getInt();
    return choice;
}

Job read(SQLite::Statement& row) {
    return {.id = row.getColumn(0),
            .state = static_cast<JobState>(std::clamp(row.getColumn(1).getInt(), 0, 3)),
            .owner = row.getColumn(2),
            .idempotency_key = row.getColumn(3),
            .video = row.getColumn(4),
            .bytes = row.getColumn(5).getInt64(),
            .choice = read_choice(row),
            .session_id = row.getColumn(8),
            .webhook = row.getColumn(9),
            .answer = row.getColumn(10),
            .created = row.getColumn(11),
            .finished = row.getColumn(12),
            .attempts = row.getColumn(16)};
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
          database((folder / "syncnet.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                   kBusyMilliseconds) {
        database.exec("PRAGMA journal_mode=WAL");
        database.exec("PRAGMA synchronous=FULL");
        const int version = database.execAndGet("PRAGMA user_version").getInt();
        if (version > kSchemaVersion)
            throw Error(ErrorCode::invalid_setting,
                        "STATE_DIR was written by a newer version of this program");
        SQLite::Transaction all(database);
        if (version == 1) database.exec(kFromVersion1);
        if (version == 1 || version == 2) database.exec(kFromVersion2);
        if (version >= 1 && version <= 3) database.exec(kFromVersion3);
        database.exec(kSchema);
        database.exec("PRAGMA user_version=" + std::to_string(kSchemaVersion));
        if (database.execAndGet("SELECT count(*) FROM clock").getInt() == 0)
            database.exec("INSERT INTO clock VALUES(0)");
        // Nobody is at them any more.
        database.exec("UPDATE jobs SET state=0 WHERE state=1");
        all.commit();
        // The clock is only written from time to time; what was noted since was noted later.
        before = database
                     .execAndGet(
                         "SELECT max((SELECT seconds FROM clock), "
                         "(SELECT ifnull(max(finished_at), 0) FROM jobs), "
                         "(SELECT ifnull(max(at), 0) FROM answers), "
                         "(SELECT ifnull(max(at), 0) FROM quarantine))")
                     .getDouble();
        spool.remove_unless([&](const std::string& name) { return is_needed(name); });
    }

    // Seconds that services have run on this folder.
    double age() const {
        return before +
               std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    }

    bool is_needed(const std::string& video) const {
        SQLite::Statement query(database, "SELECT 1 FROM jobs WHERE video=? AND state<2 LIMIT 1");
        query.bind(1, video);
        return query.executeStep();
    }

    std::int64_t queued() const {
        return database.execAndGet("SELECT count(*) FROM jobs WHERE state=0").getInt64();
    }

    std::optional<Job> one(SQLite::Statement& query) const {
        return query.executeStep() ? std::optional(read(query)) : std::nullopt;
    }

    FolderLock lock;
    StoreLimits limits;
    Spool spool;
    mutable SQLite::Database database;
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

JobStore::Accepted JobStore::accept(Job job, int video) {
    return stored([&]() -> Accepted {
        Impl& m = *impl_;
        if (!job.idempotency_key.empty()) {
            SQLite::Statement query(m.database,
                                    std::string("SELECT ") + kColumns +
                                        " FROM jobs WHERE owner=? AND idempotency_key=?");
            query.bind(1, job.owner);
            query.bind(2, job.idempotency_key);
            if (auto before = m.one(query)) {
                if (before->video != job.video || before->choice != job.choice)
                    throw Error(ErrorCode::idempotency_conflict,
                                "this Idempotency-Key came with another video, model, face, "
                                "audio_track, max_offset_ms or windows");
                return {std::move(*before), true};
            }
        }
        if (m.queued() >= m.limits.queued_jobs)
            throw Error(ErrorCode::overloaded, "as many jobs wait as may");
        m.spool.keep(video, job.video, job.bytes);
        job.state = JobState::queued;
        job.created = now_in_words();
        SQLite::Statement insert(m.database, std::string("INSERT INTO jobs(") + kColumns +
                                                 ") VALUES(?,?,?,?,?,?,?,?,?,?,'',?,'',?,?,?,0)");
        const ScoringChoice& choice = job.choice;
        SQLite::bind(insert, job.id, number(job.state), job.owner, job.idempotency_key, job.video,
                     job.bytes, choice.model, choice.windows ? 1 : 0, job.session_id, job.webhook,
                     job.created, pipeline::to_string(choice.face));
        if (choice.max_offset_ms) insert.bind(13, *choice.max_offset_ms);
        insert.bind(14, pipeline::to_string(choice.audio));
        insert.exec();
        return {std::move(job), false};
    });
}

std::optional<Job> JobStore::find(std::string_view id, std::string_view owner) const {
    return stored([&] {
        SQLite::Statement query(impl_->database, std::string("SELECT ") + kColumns +
                                                     " FROM jobs WHERE id=? AND owner=?");
        SQLite::bind(query, std::string(id), std::string(owner));
        return impl_->one(query);
    });
}

bool JobStore::remove(std::string_view id, std::string_view owner) {
    const auto job = find(id, owner);
    if (!job) return false;
    return stored([&] {
        SQLite::Statement erase(impl_->database, "DELETE FROM jobs WHERE id=?");
        erase.bind(1, job->id);
        erase.exec();
        if (!impl_->is_needed(job->video)) impl_->spool.remove(job->video);
        return true;
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
        update.exec();
        if (!impl_->is_needed(job.video)) impl_->spool.remove(job.video);
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
            impl_->database,
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

std::optional<std::string> JobStore::cached(const std::string& key) {
    return stored([&]() -> std::optional<std::string> {
        SQLite::Statement query(impl_->database, "SELECT answer FROM answers WHERE key=? AND at>?");
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
        SQLite::Statement query(impl_->database, "SELECT 1 FROM quarantine WHERE video=? AND at>?");
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
    });
}

JobStore::Counts JobStore::counts() const {
    return stored([&] {
        SQLite::Statement query(
            impl_->database,
            "SELECT (SELECT count(*) FROM jobs WHERE state=0), (SELECT count(*) "
            "FROM jobs WHERE state=1), (SELECT count(*) FROM answers)");
        query.executeStep();
        return Counts{.queued = query.getColumn(0).getInt64(),
                      .running = query.getColumn(1).getInt64(),
                      .answers = query.getColumn(2).getInt64()};
    });
}

}  // namespace syncnet::service
