// The videos of jobs, until they are done: one file each, named by its SHA-256.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/unique_fd.h"

namespace syncnet::service {

// Thread-safe. A file is there as long as somebody uses it.
class Spool {
  public:
    // Makes the folder if it is missing. What lies there is kept until `remove_unused`. Throws
    // invalid_setting where it can't be written to.
    Spool(const std::filesystem::path& folder, std::int64_t max_bytes);

    // Until its end, the file stays.
    class Use {
      public:
        Use() = default;
        Use(Spool& spool, std::string sha256) : spool_(&spool), sha256_(std::move(sha256)) {}
        ~Use() {
            if (spool_ != nullptr) spool_->release(sha256_);
        }
        Use(Use&& other) noexcept
            : spool_(std::exchange(other.spool_, nullptr)), sha256_(std::move(other.sha256_)) {}
        Use& operator=(Use&&) = delete;
        // Goes on without end, until somebody calls `release`.
        void keep() { spool_ = nullptr; }

      private:
        Spool* spool_ = nullptr;
        std::string sha256_;
    };

    // Keeps what `fd` holds, under the name that its bytes have; it is on the disk when this
    // returns. Where it fails, nothing is left. Throws storage_full, cannot_write, unreadable_video
    // (it is not what was hashed).
    Use keep(int fd, const std::string& sha256, std::int64_t bytes);

    // One more use, and the end of one: the file goes with the last. Neither needs the file.
    void retain(const std::string& sha256);
    void release(const std::string& sha256) noexcept;

    // Throws not_found.
    UniqueFd open(const std::string& sha256) const;

    void remove_unused();  // as after a crash

  private:
    struct File {
        int uses = 0;
        bool there = false;
        std::int64_t bytes = 0;  // that it takes, where it is there
    };
    bool reserve(const std::string& sha256, std::int64_t bytes);
    void write(int fd, const std::string& sha256);
    void let_go(const std::string& sha256, File& file);
    void let_go_unused();

    std::filesystem::path folder_;
    std::int64_t max_bytes_;
    mutable std::mutex mutex_;  // of all below
    std::map<std::string, File> files_;
    std::int64_t bytes_ = 0;
    bool unremoved_ = false;  // something unused could not be removed
};

}  // namespace syncnet::service
