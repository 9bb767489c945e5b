#include "service/jobs/spool.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/sha256.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kCopyBytes = 1 << 20;

[[noreturn]] void fail(const char* what) {
    const ErrorCode code =
        errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full : ErrorCode::cannot_write;
    throw Error(code, std::string(what) + ": " + std::strerror(errno));
}

// Without moving the offset of `from`, which others may share. The SHA-256 of what was copied.
std::string copy(int from, int to) {
    Sha256Stream hash;
    std::vector<char> piece(kCopyBytes);
    for (off_t at = 0;;) {
        const ssize_t length = ::pread(from, piece.data(), piece.size(), at);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) fail("the video can't be read");
        if (length == 0) return to_hex(hash.finish());
        hash.add(std::span(piece).first(static_cast<std::size_t>(length)));
        for (ssize_t done = 0; done < length;) {
            const ssize_t written =
                ::write(to, piece.data() + done, static_cast<std::size_t>(length - done));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("the video can't be kept");
            done += written;
        }
        at += length;
    }
}

// So that also the name is on the disk.
void sync_folder(const fs::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) fail("the video can't be kept");
}

}  // namespace

Spool::Spool(const fs::path& folder, std::int64_t max_bytes)
    : folder_(fs::absolute(folder)), max_bytes_(max_bytes) {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed || ::access(folder_.c_str(), W_OK | X_OK) != 0)
        throw Error(ErrorCode::invalid_setting,
                    "STATE_DIR: " + folder_.string() + " can't be written to");
    for (const auto& entry : fs::directory_iterator(folder_)) {
        const auto bytes = static_cast<std::int64_t>(entry.file_size(failed));
        files_[entry.path().filename().string()] = {.there = true, .bytes = failed ? 0 : bytes};
        bytes_ += failed ? 0 : bytes;
    }
}

Spool::Use Spool::keep(int fd, const std::string& sha256, std::int64_t bytes) {
    retain(sha256);
    Use use(*this, sha256);
    if (!reserve(sha256, bytes)) return use;
    bool written = false;
    try {
        write(fd, sha256);
        written = true;
        sync_folder(folder_);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        File& file = files_[sha256];
        if (written && !file.there)
            file = {.uses = file.uses, .there = true, .bytes = bytes};  // goes with its last use
        else
            bytes_ -= bytes;
        throw;
    }
    const std::lock_guard lock(mutex_);
    File& file = files_[sha256];
    if (file.there)
        bytes_ -= bytes;  // somebody else has brought the same meanwhile
    else
        file = {.uses = file.uses, .there = true, .bytes = bytes};
    return use;
}

// False if it is there already.
bool Spool::reserve(const std::string& sha256, std::int64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (files_[sha256].there) return false;
    if (bytes_ + bytes > max_bytes_)
        throw Error(ErrorCode::storage_full, "the videos of waiting jobs take all that they may");
    bytes_ += bytes;
    return true;
}

void Spool::write(int fd, const std::string& sha256) {
    const std::string name = sha256 + "." + to_hex(random_bytes<4>());
    const fs::path partial = folder_ / name;
    {
        const std::lock_guard lock(mutex_);
        files_[name] = {.uses = 1, .there = true};
    }
    const Use removed(*this, name);  // at the end, unless it was renamed
    const UniqueFd file(
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) fail("the video can't be kept");
    if (copy(fd, file.get()) != sha256)
        throw Error(ErrorCode::unreadable_video, "the file changed while it was read");
    if (::fdatasync(file.get()) != 0 || ::rename(partial.c_str(), (folder_ / sha256).c_str()) != 0)
        fail("the video can't be kept");
}

void Spool::retain(const std::string& sha256) {
    const std::lock_guard lock(mutex_);
    ++files_[sha256].uses;
}

void Spool::release(const std::string& sha256) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(sha256);
        if (found == files_.end() || --found->second.uses > 0) return;
        let_go(sha256, found->second);
        if (!found->second.there) {
            files_.erase(found);
            if (unremoved_) let_go_unused();  // it may go well again
        }
    } catch (...) {  // no memory: it is unused, and goes with the others
    }
}

// What can't be removed now is tried again when another can, and by `remove_unused`.
void Spool::let_go(const std::string& sha256, File& file) {
    if (!file.there) return;
    if (::unlink((folder_ / sha256).c_str()) != 0 && errno != ENOENT) {
        unremoved_ = true;
        return;
    }
    bytes_ -= file.bytes;
    file.there = false;
}

UniqueFd Spool::open(const std::string& sha256) const {
    UniqueFd file(::open((folder_ / sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT)
        throw Error(ErrorCode::not_found, "the job's video is no longer there");
    if (!file) fail("the job's video can't be opened");
    return file;
}

void Spool::remove_unused() {
    const std::lock_guard lock(mutex_);
    let_go_unused();
}

void Spool::let_go_unused() {
    unremoved_ = false;
    for (auto file = files_.begin(); file != files_.end();) {
        if (file->second.uses == 0) let_go(file->first, file->second);
        file = file->second.uses == 0 && !file->second.there ? files_.erase(file) : std::next(file);
    }
}

}  // namespace syncnet::service
