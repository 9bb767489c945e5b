// The videos whose leading row fulfils a condition: listed, copied, counted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>

#include "base/new_file.h"
#include "batch/row.h"
#include "batch/where.h"

namespace syncnet::batch {

struct SelectionOptions {
    std::string where;              // empty: every video that has an answer
    std::filesystem::path list;     // their names, a line each; empty: none is written
    std::filesystem::path copy_to;  // a folder for copies; empty: none is made
    std::filesystem::path below;    // what the copies' names are relative to
    NewFile::IfThere if_there = NewFile::IfThere::refuse;  // of the list
};

// Not thread-safe.
class Selection {
  public:
    // Throws invalid_setting, cannot_write.
    explicit Selection(const SelectionOptions& options);

    bool matches(std::span<const Row> video);
    // One that matches. A copy that is there already with the same size is not made again; a video
    // that is gone is only counted. Throws cannot_write, storage_full.
    void take(const std::string& video);
    // Puts the list in its place.
    void finish();

    std::int64_t taken() const { return taken_; }
    std::int64_t gone() const { return gone_; }

  private:
    void copy(const std::filesystem::path& video);

    SelectionOptions options_;
    std::optional<Where> where_;
    std::optional<NewFile> file_;
    std::ofstream list_;
    std::int64_t taken_ = 0, gone_ = 0;
};

// Where the copy of `video` stands below the folder of copies: as it stands below `below`, or as it
// is named, without ways up.
std::filesystem::path place_of_copy(const std::filesystem::path& video,
                                    const std::filesystem::path& below);

}  // namespace syncnet::batch
