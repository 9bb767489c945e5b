// The table as a SQLite database: one table, `results`, of the same columns.
#pragma once

#include <filesystem>
#include <memory>

#include "batch/results.h"

namespace syncnet::batch {

// A video's rows are written in one transaction. Others may read while it is written; only one
// process writes at a time.
class SqliteResults : public Results {
  public:
    // What is there already is handed to `take`. Throws as TextResults does.
    SqliteResults(const std::filesystem::path& path, IfThere if_there, const TakeVideo& take);
    ~SqliteResults() override;

    void write(std::span<const Row> video) override;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::batch
