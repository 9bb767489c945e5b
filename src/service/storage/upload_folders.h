// The only way from a name in a request to a file on the disk.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace syncnet::service {

// Thread-safe.
class UploadFolders {
  public:
    enum class Named {
        // Each is taken as it is, and made if it is missing.
        by_operator,
        // The first is made if it is missing. Any other counts from when it is there, and none that
        // another user may have laid there: the log says which and why.
        by_default
    };

    // Folders with ':' between them. Throws invalid_setting.
    UploadFolders(std::string_view list, Named named);

    // Opens a regular file below one of the folders, for reading; of several the first that has it.
    // `path` is absolute, relative to a folder, or to where the service runs. The kernel resolves
    // it (openat2, RESOLVE_BENEATH and no symlinks), so nothing can change between the check and
    // the opening. Throws path_not_allowed, not_found, unsupported_media (not a regular file).
    UniqueFd open(std::string_view path);

  private:
    struct Folder {
        std::filesystem::path path;            // as it was named
        std::filesystem::path absolute, real;  // differ where the name leads through a symlink
        UniqueFd fd;                           // nothing: a default that can't be used, or not yet
        std::string doubt;                     // why, where somebody should know
    };

    static void look_for(Folder& folder);

    std::mutex looking_;  // for a folder that was not there
    std::vector<Folder> folders_;
};

}  // namespace syncnet::service
