#include "service/storage/upload_folders.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace syncnet::service {
namespace fs = std::filesystem;

namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// What is left of `path` behind `folder`; nothing if it does not lie there by name.
std::optional<fs::path> part_below(const fs::path& folder, const fs::path& path) {
    const auto [rest, at] = std::ranges::mismatch(folder, path);
    // A folder named with a slash behind ends in an empty part.
    if (rest != folder.end() && !rest->empty()) return std::nullopt;
    fs::path below;
    for (auto part = at; part != path.end(); ++part) below /= *part;
    return below.empty() ? "." : below;
}

// Nothing where there is no such file.
UniqueFd open_below(const UniqueFd& folder, const fs::path& name) {
    open_how how{};
    // A FIFO without a writer would hold a blocking open for ever.
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    UniqueFd fd(
        static_cast<int>(::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof how)));
    if (!fd) {
        switch (errno) {
            case ENOENT:
            case ENOTDIR:
                return {};
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
                throw Error(ErrorCode::path_not_allowed,
                            "the path leads out of its folder of UPLOAD_DIR, through a symlink, or "
                            "to what the service may not read");
        }
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        throw Error(ErrorCode::unsupported_media, "the path is not a regular file");
    return fd;
}

// Opens a folder that nobody named, part by part. What lies in the working folder is the
// operator's, as its .env is, and so is what lies in any folder in which not everybody may write.
// In one like /tmp, anybody could have been first: there it must be ours or root's. Nothing, and
// why, else.
UniqueFd open_trusted(const fs::path& folder, std::string& doubt) {
    UniqueFd at(::open(folder.is_absolute() ? "/" : ".", kFolder));
    for (const fs::path& part : folder.relative_path()) {
        UniqueFd next(::openat(at.get(), part.c_str(), kFolder));
        if (!next) {
            if (errno != ENOENT)
                doubt = errno == ENOTDIR ? "it is a symlink or no folder" : std::strerror(errno);
            return {};
        }
        struct stat above {};
        struct stat found {};
        if (::fstat(at.get(), &above) != 0 || ::fstat(next.get(), &found) != 0) return {};
        if ((above.st_mode & S_IWOTH) != 0) {
            if ((above.st_mode & S_ISVTX) == 0)
                doubt = "anybody may replace it";
            else if (found.st_uid != 0 && found.st_uid != ::geteuid())
                doubt = "it belongs to another user, " + std::to_string(found.st_uid);
            if (!doubt.empty()) return {};
        }
        at = std::move(next);
    }
    return at;
}

}  // namespace

UploadFolders::UploadFolders(std::string_view list, Named named) {
    for (const std::string_view part : separated(list, ':')) {
        if (part.empty()) continue;
        const fs::path path(part);
        std::error_code failed;
        if (named == Named::by_operator || folders_.empty()) fs::create_directories(path, failed);
        Folder& folder = folders_.emplace_back(
            Folder{.path = path, .absolute = fs::absolute(path).lexically_normal()});
        if (named == Named::by_default) {
            look_for(folder);
            continue;
        }
        folder.real = fs::canonical(path, failed);
        if (!failed) folder.fd = UniqueFd(::open(folder.real.c_str(), kFolder));
        if (!folder.fd)
            throw Error(ErrorCode::invalid_setting,
                        "UPLOAD_DIR: " + path.string() + " is no folder");
    }
    if (folders_.empty()) throw Error(ErrorCode::invalid_setting, "UPLOAD_DIR names no folder");
}

void UploadFolders::look_for(Folder& folder) {
    std::string doubt;
    folder.fd = open_trusted(folder.path, doubt);
    std::error_code failed;
    folder.real = fs::canonical(folder.path, failed);
    // Once, and again if there is another reason.
    if (!doubt.empty() && doubt != folder.doubt)
        spdlog::warn("UPLOAD_DIR: {} is left out: {}. If it is right, name it in UPLOAD_DIR",
                     folder.path.string(), doubt);
    folder.doubt = doubt;
}

UniqueFd UploadFolders::open(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos)
        throw Error(ErrorCode::invalid_request, "video_path is empty or has a null byte");
    const fs::path name(path);
    std::error_code failed;
    // By name only: the kernel judges what is left of it below a folder.
    const fs::path absolute = fs::absolute(name, failed).lexically_normal();
    bool lies_below = false;
    const auto tried = [&](const Folder& folder, const fs::path& below) {
        lies_below = true;
        return open_below(folder.fd, below);
    };
    for (Folder& folder : folders_) {
        {
            const std::lock_guard lock(looking_);
            if (!folder.fd) look_for(folder);
            if (!folder.fd) continue;
        }
        if (name.is_relative())
            if (UniqueFd fd = tried(folder, name)) return fd;
        for (const fs::path* root : {&folder.real, &folder.absolute})
            if (const auto below = part_below(*root, absolute))
                if (UniqueFd fd = tried(folder, *below)) return fd;
    }
    if (!lies_below)
        throw Error(ErrorCode::path_not_allowed, "the path is not below a folder of UPLOAD_DIR");
    throw Error(ErrorCode::not_found, "there is no such file below the folders of UPLOAD_DIR");
}

}  // namespace syncnet::service
