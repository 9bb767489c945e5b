// SHA-256 and HMAC-SHA256, by OpenSSL.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/encoding.h"

namespace syncnet {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view text);
Sha256 hmac_sha256(Bytes key, std::string_view text);

// 64 hexadecimal digits. Throws not_found where the file can't be read.
std::string sha256_of(const std::filesystem::path& file);

}  // namespace syncnet
