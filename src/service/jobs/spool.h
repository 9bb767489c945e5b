// The videos of jobs, until they are done: one file each, named by its SHA-256.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace syncnet::service {

// Thread-compatible: one thread at a time.
class Spool {
  public:
    // Makes the folder if it is missing. Throws invalid_setting where it can't be written to.
    Spool(const std::filesystem::path& folder, std::int64_t max_bytes);

    const std::filesystem::path& folder() const { return folder_; }

    // Keeps what `fd` holds, under the name that its bytes have; it is on the disk when this
    // returns. Throws storage_full, cannot_write, unreadable_video (it is not what was hashed).
    void keep(int fd, const std::string& sha256, std::int64_t bytes);

    // Throws not_found.
    UniqueFd open(const std::string& sha256) const;

    void remove(const std::string& sha256);
    // What nobody needs any more, as after a crash.
    void remove_unless(const std::function<bool(const std::string& sha256)>& needed);

  private:
    std::filesystem::path folder_;
    std::int64_t max_bytes_;
    std::int64_t bytes_ = 0;
};

}  // namespace syncnet::service
