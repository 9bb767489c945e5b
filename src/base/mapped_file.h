// A file mapped read-only into memory; processes that map the same file share its pages.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace syncnet {

class MappedFile {
  public:
    // Throws bad_model where the file is absent, empty, unreadable or longer than `max_bytes`.
    MappedFile(const std::filesystem::path& path, std::size_t max_bytes);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const noexcept { return bytes_; }

  private:
    std::span<const std::byte> bytes_;
};

}  // namespace syncnet
