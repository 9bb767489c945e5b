#include "batch/text_results.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace syncnet::batch {
namespace {

constexpr mode_t kMode = 0666;  // before the umask

[[noreturn]] void fail(int error, const std::string& what) {
    throw Error(
        error == ENOSPC || error == EDQUOT ? ErrorCode::storage_full : ErrorCode::cannot_write,
        what + ": " + strerror(error));
}

constexpr std::string_view kFirstOfRow = R"({"video":")";

bool begins_alike(std::string_view a, std::string_view b) {
    const std::size_t both = std::min(a.size(), b.size());
    return a.substr(0, both) == b.substr(0, both);
}

// Record after record of a file.
class Records {
  public:
    Records(int fd, Format format) : fd_(fd), format_(format) {}

    // Valid until the next call; nothing at the end, or where the last record is not whole.
    std::optional<std::string_view> next() {
        buffer_.erase(0, used_);
        used_ = 0;
        for (;;) {
            if (const auto end = record_end(buffer_, format_)) {
                used_ = *end;
                position_ += static_cast<std::int64_t>(used_);
                return std::string_view(buffer_).substr(0, used_);
            }
            if (buffer_.size() > kMaxLineBytes)
                throw Error(ErrorCode::invalid_request, "the table has a line that is too long");
            std::vector<char> chunk(kMaxLineBytes);
            const ssize_t got = ::pread(fd_, chunk.data(), chunk.size(), read_);
            if (got < 0) fail(errno, "the table can't be read");
            if (got == 0) return std::nullopt;
            read_ += got;
            buffer_.append(chunk.data(), static_cast<std::size_t>(got));
        }
    }
    std::int64_t position() const { return position_; }  // behind the last record
    // At the end: what is no whole record, or its beginning.
    std::string_view rest() const { return buffer_; }

  private:
    int fd_;
    Format format_;
    std::string buffer_;
    std::size_t used_ = 0;
    std::int64_t read_ = 0, position_ = 0;
};

}  // namespace

TextResults::TextResults(Format format) : fd_(STDOUT_FILENO), format_(format) {
    put(header(format));
}

TextResults::TextResults(const std::filesystem::path& path, Format format, IfThere if_there,
                         const TakeVideo& take)
    : file_(::open(
          path.c_str(),
          O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (if_there == IfThere::resume ? 0 : O_EXCL),
          kMode)),
      fd_(file_.get()),
      format_(format) {
    if (fd_ < 0 && errno == EEXIST)
        throw Error(ErrorCode::cannot_write,
                    path.string() + " is there already; --resume goes on with it");
    if (fd_ < 0) fail(errno, path.string());
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::cannot_write, path.string() + " is being written by another batch");
    read_back(take);
}

void TextResults::read_back(const TakeVideo& take) {
    Records records(fd_, format_);
    std::int64_t whole = 0;  // where the last video ends whose rows are all there
    const std::string head = header(format_);
    if (!head.empty()) {
        const auto first = records.next();
        if (first && *first != head)
            throw Error(ErrorCode::invalid_request, "the table has other columns");
        whole = records.position();
    }
    std::vector<Row> video;
    while (const auto record = records.next()) {
        auto row = parse(*record, format_);
        if (!row) throw Error(ErrorCode::invalid_request, "the file is not such a table");
        // The rows of one video stand together and say how many they are.
        if (!video.empty() && video.front().video != row->video) video.clear();
        video.push_back(std::move(*row));
        if (std::ssize(video) < video.front().faces) continue;
        add_found(video.front().video);
        take(video);
        video.clear();
        whole = records.position();
    }
    // A table that was cut in its first line still looks like one; whatever else is not ours to
    // cut.
    if (whole == 0 && !begins_alike(records.rest(), head.empty() ? kFirstOfRow : head))
        throw Error(ErrorCode::invalid_request, "the file is not such a table");
    if (::ftruncate(fd_, whole) != 0) fail(errno, "the table can't be cut");
    if (whole == 0) put(head);
}

void TextResults::write(std::span<const Row> video) {
    std::string text;
    for (const Row& row : video) text += line(row, format_);
    put(text);
}

void TextResults::put(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno, "the table can't be written");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace syncnet::batch
