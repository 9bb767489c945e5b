// A file without a name: it is gone when its last descriptor is closed, however the process ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "base/unique_fd.h"

namespace syncnet::service {

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::filesystem::path& folder);  // throws cannot_write

    void append(std::span<const char> bytes);  // throws storage_full, cannot_write
    std::int64_t size() const { return size_; }
    int fd() const { return fd_.get(); }
    UniqueFd read_only() const;  // another descriptor, for those who shall not write

  private:
    UniqueFd fd_;
    std::int64_t size_ = 0;
};

}  // namespace syncnet::service
