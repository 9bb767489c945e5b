#include "media/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace syncnet::media {

Source Source::from_path(const std::filesystem::path& path) {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        const int error = errno;
        if (error == EACCES || error == EPERM) {
            throw Error(ErrorCode::path_not_allowed, "no permission to read the file");
        }
        if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG) {
            throw Error(ErrorCode::not_found, "there is no such file");
        }
        throw Error(ErrorCode::internal, std::string("cannot open the file: ") + strerror(error));
    }
    return Source(UniqueFd(fd));
}

Source Source::from_fd(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw Error(ErrorCode::internal, "cannot duplicate the file descriptor");
    return Source(UniqueFd(copy));
}

Source Source::from_bytes(std::span<const std::byte> bytes) {
    return Source(bytes);
}

Source Source::again() const {
    return bytes_.empty() ? from_fd(fd_.get()) : from_bytes(bytes_);
}

Source::Source(UniqueFd fd) : fd_(std::move(fd)) {
    struct stat status = {};
    // Not by the C library, which gives a path with it, and a sandbox can't see that it is empty.
    if (::syscall(SYS_fstat, fd_.get(), &status) != 0)
        throw Error(ErrorCode::internal, "cannot stat the file");
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorCode::unsupported_media, "not a regular file");
    }
    if (status.st_size == 0) throw Error(ErrorCode::empty_file, "the file has 0 bytes");
    size_ = status.st_size;
}

Source::Source(std::span<const std::byte> bytes)
    : bytes_(bytes), size_(static_cast<std::int64_t>(bytes.size())) {
    if (bytes.empty()) throw Error(ErrorCode::empty_file, "the file has 0 bytes");
}

std::ptrdiff_t Source::read_at(std::int64_t offset, std::span<std::byte> into) const noexcept {
    if (offset < 0 || offset >= size_) return 0;
    const auto wanted =
        static_cast<std::size_t>(std::min(size_ - offset, static_cast<std::int64_t>(into.size())));
    if (!bytes_.empty()) {
        std::memcpy(into.data(), bytes_.data() + offset, wanted);
        return static_cast<std::ptrdiff_t>(wanted);
    }
    for (;;) {
        const ssize_t got = ::pread(fd_.get(), into.data(), wanted, offset);
        if (got >= 0 || errno != EINTR) return got;
    }
}

}  // namespace syncnet::media
