// A video of the disk as it was at one moment: whoever may write to the file can change it while it
// is waiting, and its answer would then be remembered as that of other bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/unique_fd.h"

namespace syncnet::service {

struct PrivateCopy {
    UniqueFd video;  // for reading; nobody else has it
    std::string sha256;
};

// Throws too_large (it has grown beyond `max_bytes`), storage_full, cannot_write, internal.
PrivateCopy private_copy(int video, const std::filesystem::path& folder, std::int64_t max_bytes);

}  // namespace syncnet::service
