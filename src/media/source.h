// Where the bytes of a video come from.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/unique_fd.h"

namespace syncnet::media {

// A range of bytes that can be read at any offset. Regular files or memory only: a pipe can be
// neither measured nor sought in. The size is taken when the source is made; if a file grows later,
// the growth is not seen, unless the source is a growing one. `read_at` is const and safe from
// several threads.
class Source {
  public:
    // Throws not_found, path_not_allowed (no permission), empty_file, unsupported_media (not a
    // regular file).
    static Source from_path(const std::filesystem::path& path);

    // Duplicates `fd`; the caller keeps and closes its own. The shared offset is never moved, so
    // the same descriptor may serve several sources at once. Throws as from_path.
    static Source from_fd(int fd);

    // A regular file, empty or not, that somebody still writes to, at its end. `more` can be read
    // from when bytes may have been added, and ends when there will be no more: a pipe, say. Both
    // are duplicated. Throws internal, unsupported_media.
    static Source from_growing(int fd, int more);

    // Not copied: `bytes` must outlive the source and every Reader made from it. Throws empty_file.
    static Source from_bytes(std::span<const std::byte> bytes);

    // The same bytes, to be read once more. Throws internal (no descriptor is left).
    Source again() const;

    // 0 where it is growing.
    std::int64_t size() const noexcept { return size_; }

    bool growing() const noexcept { return more_.get() >= 0; }
    // Of a growing one: until there may be more bytes, or for so long. False: it is complete.
    bool wait(std::chrono::milliseconds time) const noexcept;
    // The same bytes as they are now, as one that doesn't grow. Throws as from_fd.
    Source as_it_is() const { return from_fd(fd_.get()); }

    // Reads up to `into.size()` bytes; returns how many, 0 at or beyond the end (as it is now),
    // -1 if the disk fails. Does not throw, as it is called from within FFmpeg.
    std::ptrdiff_t read_at(std::int64_t offset, std::span<std::byte> into) const noexcept;

  private:
    explicit Source(UniqueFd fd);
    Source(UniqueFd fd, UniqueFd more);
    explicit Source(std::span<const std::byte> bytes);

    UniqueFd fd_, more_;
    std::span<const std::byte> bytes_;
    std::int64_t size_ = 0;
};

}  // namespace syncnet::media
