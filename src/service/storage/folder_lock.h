// One service at a time on one folder: two would take each other's jobs for those of a crash.
#pragma once

#include <filesystem>

#include "base/unique_fd.h"

namespace syncnet::service {

// Held as long as it lives, or its process does.
class FolderLock {
  public:
    // Makes the folder if it is missing. Throws invalid_setting, which names who holds it.
    explicit FolderLock(const std::filesystem::path& folder);

  private:
    UniqueFd file_;
};

}  // namespace syncnet::service
