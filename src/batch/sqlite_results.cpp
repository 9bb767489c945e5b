#include "batch/sqlite_results.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "batch/sqlite_row.h"

namespace syncnet::batch {
namespace {

constexpr mode_t kMode = 0666;  // before the umask
constexpr int kBusyMilliseconds = 5000;

std::string_view type_name(Column::Type type) {
    switch (type) {
        case Column::Type::text:
            return "TEXT";
        case Column::Type::real:
            return "REAL";
        case Column::Type::boolean:
        case Column::Type::integer:
            break;
    }
    return "INTEGER";
}

std::string names(bool with_types) {
    std::string text;
    for (const Column& column : columns()) {
        if (!text.empty()) text += ", ";
        text += column.name;
        if (with_types) (text += ' ') += type_name(column.type);
    }
    return text;
}

// SQLite's errors in our words.
template <typename Work>
auto stored(const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& e) {
        switch (e.getErrorCode()) {
            case SQLITE_NOTADB:
            case SQLITE_CORRUPT:
                throw Error(ErrorCode::invalid_request, "the file is not such a table");
            case SQLITE_FULL:
                throw Error(ErrorCode::storage_full, "the table can't be written: no space left");
            default:
                throw Error(ErrorCode::cannot_write,
                            std::string("the table can't be written: ") + e.what());
        }
    }
}

// Held open as long as the database is: closing it would take SQLite's own locks away.
UniqueFd lock(const std::filesystem::path& path, IfThere if_there) {
    UniqueFd file(::open(path.c_str(),
                         O_RDWR | O_CREAT | O_CLOEXEC | (if_there == IfThere::resume ? 0 : O_EXCL),
                         kMode));
    if (!file)
        throw Error(ErrorCode::cannot_write,
                    path.string() + (errno == EEXIST ? " is there already; --resume goes on with it"
                                                     : std::string(": ") + strerror(errno)));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::cannot_write, path.string() + " is being written by another batch");
    return file;
}

}  // namespace

struct SqliteResults::Impl {
    Impl(const std::filesystem::path& path, IfThere if_there)
        : held(lock(path, if_there)),
          database(path.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds) {
        SQLite::Statement there(
            database, "SELECT group_concat(name, ', ') FROM pragma_table_info('results')");
        if (there.executeStep() && !there.getColumn(0).isNull() &&
            there.getColumn(0).getString() != names(false))
            throw Error(ErrorCode::invalid_request, "the table has other columns");
        database.exec("CREATE TABLE IF NOT EXISTS results(" + names(true) + ")");
        database.exec("CREATE INDEX IF NOT EXISTS by_video ON results(video)");
        insert.emplace(database, "INSERT INTO results VALUES(" + places() + ")");
    }

    UniqueFd held;
    SQLite::Database database;
    std::optional<SQLite::Statement> insert;
};

SqliteResults::SqliteResults(const std::filesystem::path& path, IfThere if_there,
                             const TakeVideo& take) {
    stored([&] {
        impl_ = std::make_unique<Impl>(path, if_there);
        SQLite::Statement all(impl_->database,
                              "SELECT " + names(false) + " FROM results ORDER BY rowid");
        std::vector<Row> video;
        const auto add = [&] {
            if (video.empty()) return;
            add_found(video.front().video);
            take(video);
            video.clear();
        };
        while (all.executeStep()) {
            auto row = row_from(all);
            if (!row) throw Error(ErrorCode::invalid_request, "the file is not such a table");
            if (row->leading) add();  // the first of the next video
            video.push_back(std::move(*row));
        }
        add();
    });
}

SqliteResults::~SqliteResults() = default;

void SqliteResults::write(std::span<const Row> video) {
    stored([&] {
        SQLite::Transaction together(impl_->database);
        for (const Row& row : video) {
            impl_->insert->reset();
            bind(*impl_->insert, row);
            impl_->insert->exec();
        }
        together.commit();
    });
}

}  // namespace syncnet::batch
