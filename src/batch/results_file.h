// The table as it grows. What is in it survives whatever ends the batch, and a later one goes on
// from there.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <unordered_set>

#include "base/unique_fd.h"
#include "batch/summary.h"
#include "batch/table.h"

namespace syncnet::batch {

// Not thread-safe. Only one process writes to a file at a time.
class ResultsFile {
  public:
    // Standard output.
    explicit ResultsFile(Format format);
    // A new file, or with `resume` one that may be there: what was written half (a line, or some of
    // a video's rows) is cut off, and what is whole is read. Throws cannot_write (also for a file
    // that is there without `resume`), invalid_request where it is not such a table.
    ResultsFile(const std::filesystem::path& path, Format format, bool resume);

    // Whether the rows of this video are there.
    bool has(const std::string& video) const { return done_.contains(row_name(video)); }
    std::size_t found() const { return done_.size(); }  // videos that were there at the start

    // The rows of one video, at once. Throws cannot_write, storage_full.
    void write(std::span<const Row> video);

    // Of what was there and what was written.
    const Summary& summary() const { return summary_; }

  private:
    void read_back();
    void put(std::string_view text);

    UniqueFd file_;
    int fd_;
    Format format_;
    std::unordered_set<std::string> done_;
    Summary summary_;
};

}  // namespace syncnet::batch
