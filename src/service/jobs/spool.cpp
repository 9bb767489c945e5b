#include "service/jobs/spool.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
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

}  // namespace

Spool::Spool(const fs::path& folder, std::int64_t max_bytes)
    : folder_(fs::absolute(folder)), max_bytes_(max_bytes) {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed || ::access(folder_.c_str(), W_OK | X_OK) != 0)
        throw Error(ErrorCode::invalid_setting,
                    "STATE_DIR: " + folder_.string() + " can't be written to");
    for (const auto& entry : fs::directory_iterator(folder_))
        bytes_ += static_cast<std::int64_t>(entry.file_size(failed));
}

void Spool::keep(int fd, const std::string& sha256, std::int64_t bytes) {
    const fs::path path = folder_ / sha256;
    if (fs::exists(path)) return;
    if (bytes_ + bytes > max_bytes_)
        throw Error(ErrorCode::storage_full, "the videos of waiting jobs take all that they may");
    const fs::path partial = folder_ / (sha256 + ".partial");
    const UniqueFd file(
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) fail("the video can't be kept");
    try {
        if (copy(fd, file.get()) != sha256)
            throw Error(ErrorCode::unreadable_video, "the file changed while it was read");
        if (::fdatasync(file.get()) != 0) fail("the video can't be kept");
    } catch (const Error&) {
        ::unlink(partial.c_str());
        throw;
    }
    if (::rename(partial.c_str(), path.c_str()) != 0) fail("the video can't be kept");
    bytes_ += bytes;
}

UniqueFd Spool::open(const std::string& sha256) const {
    UniqueFd file(::open((folder_ / sha256).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) throw Error(ErrorCode::not_found, "the job's video is no longer there");
    return file;
}

void Spool::remove(const std::string& sha256) {
    std::error_code ignored;
    const auto size = fs::file_size(folder_ / sha256, ignored);
    if (fs::remove(folder_ / sha256, ignored)) bytes_ -= static_cast<std::int64_t>(size);
}

void Spool::remove_unless(const std::function<bool(const std::string&)>& needed) {
    std::vector<std::string> waste;
    for (const auto& entry : fs::directory_iterator(folder_))
        if (const std::string name = entry.path().filename().string(); !needed(name))
            waste.push_back(name);
    for (const std::string& name : waste) remove(name);
}

}  // namespace syncnet::service
