#include "base/folder.h"

#include <string>
#include <system_error>

#include "base/error.h"

namespace syncnet {

void make_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed) return;
    throw Error(
        failed == std::errc::no_space_on_device ? ErrorCode::storage_full : ErrorCode::cannot_write,
        folder.string() + ": " + failed.message());
}

}  // namespace syncnet
