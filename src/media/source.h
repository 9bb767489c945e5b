// Where the bytes of a video come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/unique_fd.h"

namespace syncnet::media {

// A fixed range of bytes that can be read at any offset. Regular files or memory only: a pipe can
// be neither measured nor sought in. The size is taken when the source is made; if a file grows
// later, the growth is not seen. `read_at` is const and safe from several threads.
class Source {
  public:
    // Throws not_found, path_not_allowed (no permission), empty_file, unsupported_media (not a
    // regular file).
    static Source from_path(const std::filesystem::path& path);

    // Duplicates `fd`; the caller keeps and closes its own. The shared offset is never moved, so
    // the same descriptor may serve several sources at once. Throws as from_path.
    static Source from_fd(int fd);

    // Not copied: `bytes` must outlive the source and every Reader made from it. Throws empty_file.
    static Source from_bytes(std::span<const std::byte> bytes);

    // The same bytes, to be read once more. Throws internal (no descriptor is left).
    Source again() const;

    std::int64_t size() const noexcept { return size_; }

    // Reads up to `into.size()` bytes; returns how many, 0 at or beyond the end, -1 if the disk
    // fails. Does not throw, as it is called from within FFmpeg.
    std::ptrdiff_t read_at(std::int64_t offset, std::span<std::byte> into) const noexcept;

  private:
    explicit Source(UniqueFd fd);
    explicit Source(std::span<const std::byte> bytes);

    UniqueFd fd_;
    std::span<const std::byte> bytes_;
    std::int64_t size_ = 0;
};

}  // namespace syncnet::media
