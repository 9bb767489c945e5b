#include "batch/where.h"

#include <sqlite3.h>

#include <array>
#include <string_view>

#include "base/error.h"
#include "batch/sqlite_row.h"

namespace syncnet::batch {
namespace {

// Nothing but computing: no file, no setting, no function that opens one.
int only_compute(void* /*unused*/, int action, const char* /*unused*/, const char* function,
                 const char* /*unused*/, const char* /*unused*/) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_READ:
            return SQLITE_OK;
        case SQLITE_FUNCTION:
            return function != nullptr && std::string_view(function) == "load_extension"
                       ? SQLITE_DENY
                       : SQLITE_OK;
        default:
            return SQLITE_DENY;
    }
}

std::string statement_of(const std::string& condition) {
    std::string row;
    int place = 0;
    for (const Column& column : columns()) {
        const std::string value = "?" + std::to_string(++place);
        row += (place == 1 ? "" : ", ") + value + " AS " + std::string(column.name);
        if (column.name == "offset_frames") row += ", " + value + " AS offset";
    }
    // The line end also ends a comment, which would hide the bracket.
    return "SELECT 1 FROM (SELECT " + row + ") WHERE (" + condition + "\n)";
}

[[noreturn]] void refuse(const std::string& condition, const char* why) {
    std::string names;
    for (const Column& column : columns()) (names += names.empty() ? "" : ", ") += column.name;
    throw Error(ErrorCode::invalid_setting, "--where '" + condition + "': " + why + " (columns: " +
                                                names + "; text stands in single quotes)");
}

}  // namespace

struct Where::Impl {
    explicit Impl(const std::string& its_condition)
        : condition(its_condition), database(":memory:", SQLite::OPEN_READWRITE) {
        sqlite3_set_authorizer(database.getHandle(), &only_compute, nullptr);
        test = std::make_unique<SQLite::Statement>(database, statement_of(condition));
    }

    std::string condition;
    SQLite::Database database;
    std::unique_ptr<SQLite::Statement> test;
};

Where::Where(const std::string& condition) try : impl_(std::make_unique<Impl>(condition)) {
} catch (const SQLite::Exception& e) {
    refuse(condition, e.what());
}

Where::~Where() = default;

bool Where::matches(const Row& row) {
    try {
        impl_->test->reset();
        bind(*impl_->test, row);
        return impl_->test->executeStep();
    } catch (const SQLite::Exception& e) {
        refuse(impl_->condition, e.what());
    }
}

}  // namespace syncnet::batch
