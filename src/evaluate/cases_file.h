// DIR/cases.jsonl: what has been measured, a line a clip, written as soon as the clip is done. What
// is in it survives whatever ends the program.
#pragma once

#include <filesystem>
#include <vector>

#include "base/json.h"
#include "base/unique_fd.h"
#include "evaluate/case.h"

namespace syncnet::evaluate {

class CasesFile {
  public:
    // A new file whose first line is `head`, or with `resume` one that may be there: its whole
    // records are read, a half one at the end is cut off. Throws cannot_write (also for a file that
    // is there without `resume`), invalid_request where it was made with another head.
    CasesFile(const std::filesystem::path& path, const nlohmann::ordered_json& head, bool resume);

    const std::vector<ClipRecord>& found() const { return found_; }

    // Throws cannot_write, storage_full. Not thread-safe.
    void write(const ClipRecord& record);

  private:
    void read_back(const nlohmann::ordered_json& head);
    void put(std::string_view text);

    UniqueFd file_;
    std::vector<ClipRecord> found_;
};

}  // namespace syncnet::evaluate
