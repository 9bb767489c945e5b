#include "service/upload_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "base/error.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

// What is left of `path` behind `folder`; nothing if it does not lie there by name.
std::optional<fs::path> part_below(const fs::path& folder, const fs::path& path) {
    const auto [rest, at] = std::ranges::mismatch(folder, path);
    // A folder named with a slash behind ends in an empty part.
    if (rest != folder.end() && !rest->empty()) return std::nullopt;
    fs::path below;
    for (auto part = at; part != path.end(); ++part) below /= *part;
    return below;
}

}  // namespace

UploadFolder::UploadFolder(const fs::path& root) {
    std::error_code failed;
    fs::create_directories(root, failed);
    named_ = fs::absolute(root).lexically_normal();
    root_ = fs::canonical(root, failed);
    if (!failed) fd_ = UniqueFd(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd_)
        throw Error(ErrorCode::invalid_setting, "UPLOAD_DIR: " + root.string() + " is no folder");
}

UniqueFd UploadFolder::open(std::string_view path) const {
    fs::path relative(path);
    if (relative.is_absolute()) {
        auto below = part_below(root_, relative);
        if (!below) below = part_below(named_, relative);
        if (!below)
            throw Error(ErrorCode::path_not_allowed, "the path is not below the upload folder");
        relative = *below;
    }
    if (relative.empty() || path.find('\0') != std::string_view::npos)
        throw Error(ErrorCode::invalid_request, "video_path is empty or has a null byte");

    open_how how{};
    // A FIFO without a writer would hold a blocking open for ever.
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    UniqueFd fd(
        static_cast<int>(::syscall(SYS_openat2, fd_.get(), relative.c_str(), &how, sizeof how)));
    if (!fd) {
        switch (errno) {
            case ENOENT:
            case ENOTDIR:
                throw Error(ErrorCode::not_found, "there is no such file in the upload folder");
            case EMFILE:
            case ENFILE:
            case ENOMEM:
            case EIO:
                throw Error(ErrorCode::internal, "the file can't be opened now");
            case ENAMETOOLONG:
                throw Error(ErrorCode::invalid_request, "video_path is too long");
            case EXDEV:  // it leads out of the folder
            case ELOOP:  // a symlink
            default:
                throw Error(ErrorCode::path_not_allowed, "the path may not be opened");
        }
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        throw Error(ErrorCode::unsupported_media, "the path is not a regular file");
    return fd;
}

}  // namespace syncnet::service
