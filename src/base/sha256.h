// SHA-256 and HMAC-SHA256, by OpenSSL.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/encoding.h"

namespace syncnet {

using Sha256 = std::array<unsigned char, 32>;

// Of bytes that come piece by piece.
class Sha256Stream {
  public:
    Sha256Stream();
    void add(std::span<const char> bytes);
    Sha256 finish();  // once, at the end

  private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;
};

Sha256 sha256(std::string_view text);
Sha256 hmac_sha256(Bytes key, std::string_view text);

// 64 hexadecimal digits. Throws not_found where the file can't be read.
std::string sha256_of(const std::filesystem::path& file);
// The same of an open file, whose offset stays where it is. Throws unreadable_video where the disk
// fails.
std::string sha256_of(int fd);

}  // namespace syncnet
