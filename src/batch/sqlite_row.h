// A row of a batch's table in SQLite's types: truth is 0 or 1, what is not known is NULL.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "batch/row.h"

namespace syncnet::batch {

// "?,?,?": a place for each column, in their order.
std::string places();
void bind(SQLite::Statement& statement, const Row& row);
// Of a statement that selects the columns in their order; nothing where it is no such row.
std::optional<Row> row_from(SQLite::Statement& statement);

}  // namespace syncnet::batch
