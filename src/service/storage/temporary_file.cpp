#include "service/storage/temporary_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"

namespace syncnet::service {

TemporaryFile::TemporaryFile(const std::filesystem::path& folder)
    : fd_(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
    if (!fd_ && (errno == EOPNOTSUPP || errno == EISDIR)) {  // some file systems have no O_TMPFILE
        std::string name = (folder / "syncnet-XXXXXX").string();
        fd_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
        if (fd_) ::unlink(name.c_str());
    }
    if (!fd_)
        throw Error(ErrorCode::cannot_write,
                    std::string("no temporary file can be made: ") + std::strerror(errno));
}

void TemporaryFile::append(std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            throw Error(errno == ENOSPC || errno == EDQUOT ? ErrorCode::storage_full
                                                           : ErrorCode::cannot_write,
                        std::string("the upload can't be stored: ") + std::strerror(errno));
        size_ += written;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

UniqueFd TemporaryFile::read_only() const {
    UniqueFd fd(
        ::open(("/proc/self/fd/" + std::to_string(fd_.get())).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw Error(ErrorCode::cannot_write, "the upload can't be opened again");
    return fd;
}

}  // namespace syncnet::service
