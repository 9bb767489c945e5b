#include "base/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"
#include "base/unique_fd.h"

namespace syncnet {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;  // before the umask

[[noreturn]] void refuse(const fs::path& place) {
    throw Error(ErrorCode::cannot_write, place.string() + " is there already; --force replaces it");
}

[[noreturn]] void fail(const fs::path& place) {
    throw Error(ErrorCode::cannot_write, place.string() + ": " + strerror(errno));
}

}  // namespace

NewFile::NewFile(const fs::path& place, IfThere if_there) : place_(place), if_there_(if_there) {
    std::error_code none;
    const fs::file_status there = fs::status(place, none);
    if (fs::exists(there) && !fs::is_regular_file(there))
        throw Error(ErrorCode::cannot_write, place.string() + " is no file");
    if (fs::exists(there) && if_there == IfThere::refuse) refuse(place);

    const std::string name =
        "." + place.stem().string() + "." + to_hex(random_bytes<4>()) + place.extension().string();
    path_ = place.parent_path() / name;
    const UniqueFd made(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (!made) fail(place);
}

NewFile::~NewFile() {
    if (!in_place_) ::unlink(path_.c_str());
}

void NewFile::put_in_place() {
    const unsigned flags = if_there_ == IfThere::refuse ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place_.c_str(), flags) != 0) {
        if (errno == EEXIST) refuse(place_);
        fail(place_);
    }
    in_place_ = true;
}

}  // namespace syncnet
