#include "service/storage/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "base/error.h"

namespace syncnet::service {
namespace {

namespace fs = std::filesystem;

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "an unknown host";
}

std::string text_of(int file) {
    std::array<char, 512> text{};
    const ssize_t length = ::pread(file, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
    std::error_code failed;
    if (fs::create_directories(folder, failed))
        fs::permissions(folder, fs::perms::owner_all, failed);  // it is nobody else's
    file_ = UniqueFd(
        ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_)
        throw Error(ErrorCode::invalid_setting,
                    "STATE_DIR: " + folder.string() + " can't be written to: " + strerror(errno));
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::invalid_setting, "STATE_DIR: " + folder.string() +
                                                    " is in use by another service (" +
                                                    text_of(file_.get()) + "); give each its own");
    const std::string holder = "process " + std::to_string(::getpid()) + " on " + host_name();
    // Whoever is refused reads it; nothing depends on it.
    if (::ftruncate(file_.get(), 0) != 0 ||
        ::pwrite(file_.get(), holder.data(), holder.size(), 0) < 0)
        return;
}

}  // namespace syncnet::service
