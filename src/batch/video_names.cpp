#include "batch/video_names.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"

namespace syncnet::batch {
namespace {

namespace fs = std::filesystem;

constexpr int kPollMs = 100;

// Cuts a stream of bytes into lines.
class Lines {
  public:
    explicit Lines(const TakeName& take) : take_(&take) {}

    bool push(std::span<const char> bytes) {
        for (const char c : bytes) {
            if (c == '\n') {
                if (!finish()) return false;
            } else if (line_.size() < kMaxNameBytes) {
                line_ += c;
            }
        }
        return true;
    }

    bool finish() {
        if (line_.ends_with('\r')) line_.pop_back();
        std::string line;
        line.swap(line_);
        return line.empty() || (*take_)(std::move(line));
    }

  private:
    const TakeName* take_;
    std::string line_;
};

}  // namespace

bool is_video_name(const fs::path& name) {
    std::string ending = name.extension().string();
    for (char& c : ending)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::ranges::find(kVideoEndings, ending) != kVideoEndings.end();
}

void videos_below(const fs::path& folder, const TakeName& take) {
    std::vector<fs::path> folders{folder};
    while (!folders.empty()) {
        const fs::path current = std::move(folders.back());
        folders.pop_back();
        std::error_code failed;
        fs::directory_iterator entry(current, failed);
        for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
            std::error_code ignored;
            const fs::file_status status = entry->symlink_status(ignored);
            if (fs::is_directory(status)) {
                folders.push_back(entry->path());
            } else if (fs::is_regular_file(status) && is_video_name(entry->path())) {
                if (!take(entry->path().string())) return;
            }
        }
        if (failed && !take(current.string())) return;
    }
}

void names_from(int fd, const std::stop_token& stop, const TakeName& take) {
    Lines lines(take);
    std::vector<char> buffer(4096);
    while (!stop.stop_requested()) {
        pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
        const int events = ::poll(&ready, 1, kPollMs);
        if (events == 0 || (events < 0 && errno == EINTR)) continue;
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0)
            throw Error(ErrorCode::not_found,
                        std::string("the list can't be read: ") + strerror(errno));
        if (got == 0) {
            (void)lines.finish();
            return;
        }
        if (!lines.push(std::span(buffer).first(static_cast<std::size_t>(got)))) return;
    }
}

}  // namespace syncnet::batch
