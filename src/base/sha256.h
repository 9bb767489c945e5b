// SHA-256 of files, by OpenSSL.
#pragma once

#include <filesystem>
#include <string>

namespace syncnet {

// 64 hexadecimal digits. Throws not_found where the file can't be read.
std::string sha256_of(const std::filesystem::path& file);

}  // namespace syncnet
