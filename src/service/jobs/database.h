// The database of the service's state: where it lies, its tables, and how they came to be so.
#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>

namespace syncnet::service {

// Makes what is missing, and takes on what former versions have written. Throws invalid_setting and
// SQLite::Exception.
SQLite::Database open_database(const std::filesystem::path& path);

// Another connection to one that was opened before, for another thread.
SQLite::Database connect_to(const std::filesystem::path& path);

}  // namespace syncnet::service
