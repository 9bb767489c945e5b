// The only way from a name in a request to a file on the disk.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/unique_fd.h"

namespace syncnet::service {

class UploadFolder {
  public:
    // Makes the folder if it is missing. Throws invalid_setting.
    explicit UploadFolder(const std::filesystem::path& root);

    // Opens a regular file below the folder, for reading. `path` is relative to the folder, or
    // absolute with the folder in front. The kernel resolves it (openat2, RESOLVE_BENEATH and no
    // symlinks), so nothing can change between the check and the opening. Throws path_not_allowed,
    // not_found, unsupported_media (not a regular file).
    UniqueFd open(std::string_view path) const;

  private:
    std::filesystem::path named_;  // as the operator named it: it may lead through a symlink
    std::filesystem::path root_;   // where it really is
    UniqueFd fd_;
};

}  // namespace syncnet::service
