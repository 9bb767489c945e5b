#include "service/jobs/database.h"

#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace syncnet::service {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS jobs(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,
    owner TEXT NOT NULL, idempotency_key TEXT NOT NULL, video TEXT NOT NULL, bytes INTEGER NOT NULL,
    session_id TEXT NOT NULL, webhook TEXT NOT NULL, answer TEXT NOT NULL,
    created TEXT NOT NULL, finished TEXT NOT NULL, finished_at REAL NOT NULL DEFAULT 0,
    webhook_attempts INTEGER NOT NULL DEFAULT 0, webhook_due REAL,
    attempts INTEGER NOT NULL DEFAULT 0, options TEXT NOT NULL DEFAULT '{}');
DROP INDEX IF EXISTS by_video;
CREATE UNIQUE INDEX IF NOT EXISTS once ON jobs(owner, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX IF NOT EXISTS by_state ON jobs(state, seq);
CREATE INDEX IF NOT EXISTS by_webhook ON jobs(webhook_due) WHERE webhook_due IS NOT NULL;
CREATE TABLE IF NOT EXISTS answers(
    key TEXT PRIMARY KEY, answer TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_age ON answers(at);
CREATE TABLE IF NOT EXISTS quarantine(video TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock(seconds REAL NOT NULL);
)sql";

constexpr int kSchemaVersion = 5;
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
// One column for all options of a video, as pipeline::to_json has them.
constexpr const char* kFromVersion4 = R"sql(
ALTER TABLE jobs ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
UPDATE jobs SET options=json_patch(
    json_object('face', face, 'audio_track', audio_track),
    json_object('model', nullif(model, ''), 'windows', iif(windows, 'true', NULL),
                'max_offset_ms', cast(max_offset_ms AS TEXT)));
ALTER TABLE jobs DROP COLUMN model;
ALTER TABLE jobs DROP COLUMN windows;
ALTER TABLE jobs DROP COLUMN face;
ALTER TABLE jobs DROP COLUMN max_offset_ms;
ALTER TABLE jobs DROP COLUMN audio_track;
)sql";
constexpr int kBusyMilliseconds = 5000;

// Names, results and what was asked of them are nobody's but the service's. SQLite gives its other
// files the mode of this one.
void make_private(const std::filesystem::path& path) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0)
        throw Error(ErrorCode::invalid_setting,
                    "STATE_DIR: " + path.string() + " can't be written to: " + strerror(errno));
}

}  // namespace

SQLite::Database connect_to(const std::filesystem::path& path) {
    return {path.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds};
}

SQLite::Database open_database(const std::filesystem::path& path) {
    make_private(path);
    SQLite::Database database = connect_to(path);
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
    if (version >= 1 && version <= 4) database.exec(kFromVersion4);
    database.exec(kSchema);
    database.exec("PRAGMA user_version=" + std::to_string(kSchemaVersion));
    if (database.execAndGet("SELECT count(*) FROM clock").getInt() == 0)
        database.exec("INSERT INTO clock VALUES(0)");
    all.commit();
    return database;
}

}  // namespace syncnet::service
