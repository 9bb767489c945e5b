#include "evaluate/cases_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace syncnet::evaluate {
namespace {

using nlohmann::ordered_json;

constexpr mode_t kMode = 0666;  // before the umask

[[noreturn]] void fail(int error, const std::string& what) {
    throw Error(
        error == ENOSPC || error == EDQUOT ? ErrorCode::storage_full : ErrorCode::cannot_write,
        what + ": " + strerror(error));
}

std::string text_of(int fd) {
    struct stat about {};
    if (::fstat(fd, &about) != 0) fail(errno, "the cases can't be read");
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t read = 0;
    while (read < text.size()) {
        const ssize_t got =
            ::pread(fd, text.data() + read, text.size() - read, static_cast<off_t>(read));
        if (got < 0) fail(errno, "the cases can't be read");
        if (got == 0) break;
        read += static_cast<std::size_t>(got);
    }
    text.resize(read);
    return text;
}

// What was chosen differently, for people.
std::string difference(const ordered_json& was, const ordered_json& is) {
    for (const auto& [key, value] : is.items())
        if (!was.contains(key) || was.at(key) != value) return key;
    return "something else";
}

}  // namespace

CasesFile::CasesFile(const std::filesystem::path& path, const ordered_json& head, bool resume)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (resume ? 0 : O_EXCL),
                   kMode)) {
    if (!file_ && errno == EEXIST)
        throw Error(ErrorCode::cannot_write,
                    path.string() + " is there already; --resume goes on with it");
    if (!file_) fail(errno, path.string());
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::cannot_write, path.string() + " is being written by another one");
    read_back(head);
}

void CasesFile::read_back(const ordered_json& head) {
    const std::string whole = text_of(file_.get());
    std::string_view rest = whole;
    std::size_t lines = 0;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const auto json = ordered_json::parse(rest.substr(0, end), nullptr, false);
        rest.remove_prefix(end + 1);
        if (lines++ == 0) {
            if (!json.is_object() || json != head)
                throw Error(ErrorCode::invalid_request,
                            "the cases were made with other settings (" +
                                difference(json.is_object() ? json : ordered_json::object(), head) +
                                "); choose another --out");
            continue;
        }
        auto record = record_from(json);
        if (!record)
            throw Error(ErrorCode::invalid_request,
                        "line " + std::to_string(lines) + " of the cases is no record");
        found_.push_back(std::move(*record));
    }
    if (::ftruncate(file_.get(), static_cast<off_t>(whole.size() - rest.size())) != 0)
        fail(errno, "the cases can't be cut");
    if (lines == 0) put(head.dump() + "\n");
}

void CasesFile::write(const ClipRecord& record) {
    put(to_json(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

void CasesFile::put(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file_.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno, "the cases can't be written");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace syncnet::evaluate
