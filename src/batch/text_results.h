// The table as text: lines of JSON, or CSV.
#pragma once

#include <filesystem>

#include "base/unique_fd.h"
#include "batch/results.h"
#include "batch/table.h"

namespace syncnet::batch {

// Only one process writes to a file at a time.
class TextResults : public Results {
  public:
    // Standard output.
    explicit TextResults(Format format);
    // A file: what was written half (a line, or some of a video's rows) is cut off, and what is
    // whole is handed to `take`. Throws cannot_write (also for a file that is there where it is
    // refused), invalid_request where it is not such a table.
    TextResults(const std::filesystem::path& path, Format format, IfThere if_there,
                const TakeVideo& take);

    void write(std::span<const Row> video) override;

  private:
    void read_back(const TakeVideo& take);
    void put(std::string_view text);

    UniqueFd file_;
    int fd_;
    Format format_;
};

}  // namespace syncnet::batch
