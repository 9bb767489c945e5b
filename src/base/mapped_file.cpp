#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/unique_fd.h"

namespace syncnet {

MappedFile::MappedFile(const std::filesystem::path& path, std::size_t max_bytes) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) throw Error(ErrorCode::bad_model, "can't open " + path.string());
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        throw Error(ErrorCode::bad_model, path.string() + " is not a file with content");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_bytes)
        throw Error(ErrorCode::bad_model,
                    path.string() + " is larger than " + std::to_string(max_bytes) + " bytes");
    void* const data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (data == MAP_FAILED) throw Error(ErrorCode::bad_model, "can't map " + path.string());
    bytes_ = {static_cast<const std::byte*>(data), size};
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

}  // namespace syncnet
