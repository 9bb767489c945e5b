#include "media/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace syncnet::media {

namespace {

UniqueFd duplicate(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (copy.get() >= 0) return copy;
    if (errno == EBADF)
        throw Error(ErrorCode::invalid_request,
                    std::to_string(fd) + " is not an open file descriptor");
    throw Error(ErrorCode::internal, "cannot duplicate the file descriptor");
}

std::int64_t size_of_file(int fd) {
    struct stat status = {};
    // Not by the C library, which gives a path with it, and a sandbox can't see that it is empty.
    if (::syscall(SYS_fstat, fd, &status) != 0)
        throw Error(ErrorCode::internal, "cannot stat the file");
    if (!S_ISREG(status.st_mode))
        throw Error(ErrorCode::unsupported_media,
                    S_ISDIR(status.st_mode) ? "this is a folder" : "not a regular file");
    return status.st_size;
}

}  // namespace

Source Source::from_path(const std::filesystem::path& path) {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        const int error = errno;
        if (error == EACCES || error == EPERM) {
            throw Error(ErrorCode::path_not_allowed, "no permission to read the file");
        }
        // A socket, or a device that is not there.
        if (error == ENXIO || error == ENODEV)
            throw Error(ErrorCode::unsupported_media, "not a regular file");
        if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG) {
            throw Error(ErrorCode::not_found, "there is no such file");
        }
        throw Error(ErrorCode::internal, std::string("cannot open the file: ") + strerror(error));
    }
    return Source(UniqueFd(fd));
}

Source Source::from_fd(int fd) {
    return Source(duplicate(fd));
}

Source Source::from_growing(int fd, int more) {
    return {duplicate(fd), duplicate(more)};
}

Source Source::from_bytes(std::span<const std::byte> bytes) {
    return Source(bytes);
}

Source Source::again() const {
    if (growing()) return from_growing(fd_.get(), more_.get());
    return bytes_.empty() ? from_fd(fd_.get()) : from_bytes(bytes_);
}

Source::Source(UniqueFd fd) : fd_(std::move(fd)), size_(size_of_file(fd_.get())) {
    if (size_ == 0) throw Error(ErrorCode::empty_file, "the file has 0 bytes");
}

Source::Source(UniqueFd fd, UniqueFd more) : fd_(std::move(fd)), more_(std::move(more)) {
    size_of_file(fd_.get());
}

Source::Source(std::span<const std::byte> bytes)
    : bytes_(bytes), size_(static_cast<std::int64_t>(bytes.size())) {
    if (bytes.empty()) throw Error(ErrorCode::empty_file, "the file has 0 bytes");
}

bool Source::wait(std::chrono::milliseconds time) const noexcept {
    pollfd state{more_.get(), POLLIN, 0};
    if (::poll(&state, 1, static_cast<int>(time.count())) <= 0) return true;
    std::array<char, 256> said{};
    return ::read(more_.get(), said.data(), said.size()) != 0;
}

std::ptrdiff_t Source::read_at(std::int64_t offset, std::span<std::byte> into) const noexcept {
    if (offset < 0 || (offset >= size_ && !growing())) return 0;
    const auto wanted = growing() ? into.size()
                                  : static_cast<std::size_t>(std::min(
                                        size_ - offset, static_cast<std::int64_t>(into.size())));
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
