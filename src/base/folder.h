// A folder that somebody named to have something written to it.
#pragma once

#include <filesystem>

namespace syncnet {

// With those above it; what is there already stays. Throws cannot_write, storage_full.
void make_folder(const std::filesystem::path& folder);

}  // namespace syncnet
