#include "service/metrics/async_log.h"

#include <poll.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace syncnet::service {
namespace {

// At the end, for a reader that takes nothing.
constexpr auto kLastPatience = std::chrono::seconds(2);

std::int64_t lines_of(std::string_view text) {
    return std::ranges::count(text, '\n');
}

}  // namespace

// Shared with the thread, which is left behind where it is stuck at the end.
class AsyncLog::Sink : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit Sink(int fd) : fd_(fd) {}

    std::int64_t dropped() const { return dropped_; }

    void write_all() {
        std::unique_lock lock(text_mutex_);
        for (;;) {
            news_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
            if (waiting_.empty()) break;
            const std::string text = std::exchange(waiting_, {});
            writing_ = text.size();
            lock.unlock();
            write(text);
            lock.lock();
            writing_ = 0;
        }
        finished_ = true;
        news_.notify_all();
    }

    // True if all is written.
    bool close() {
        tell_gap();
        std::unique_lock lock(text_mutex_);
        closed_ = true;
        news_.notify_all();
        for (std::int64_t before = -1; !finished_ && before != written_;) {
            before = written_;
            news_.wait_for(lock, kLastPatience, [&] { return finished_; });
        }
        return finished_;
    }

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (untold_ > 0 && !fails_) {
            if (!has_room()) return drop(1);
            queue_gap();
        }
        queue(message);
    }
    void flush_() override {}

    void tell_gap() {
        const std::lock_guard lock(mutex_);
        if (untold_ > 0) queue_gap();
    }

    // Where it is in the log, as far as that can be told.
    void queue_gap() {
        const std::string text =
            std::to_string(untold_.exchange(0)) + " lines of the log were lost";
        queue({"syncnet", spdlog::level::warn, text});
    }

    bool has_room() {
        const std::lock_guard lock(text_mutex_);
        return waiting_.size() + writing_ < kMaxUnwrittenLogBytes / 2;
    }

    void queue(const spdlog::details::log_msg& message) {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const std::lock_guard lock(text_mutex_);
        if (waiting_.size() + writing_ + line.size() > kMaxUnwrittenLogBytes) {
            drop(1);
            return;
        }
        waiting_.append(line.data(), line.size());
        news_.notify_all();
    }

    void drop(std::int64_t lines) {
        dropped_ += lines;
        untold_ += lines;
    }

    // In pieces that a pipe takes at once where it takes any, so that others who write to it are
    // not cut into.
    void write(std::string_view text) {
        while (!text.empty()) {
            pollfd writable{fd_, POLLOUT, 0};
            if (::poll(&writable, 1, -1) < 0) continue;
            const ssize_t length =
                ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
            if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            fails_ = length < 0;
            if (fails_) return drop(lines_of(text));
            text.remove_prefix(static_cast<std::size_t>(length));
            written_ += length;
            writing_ -= static_cast<std::size_t>(length);
        }
    }

    const int fd_;
    std::mutex text_mutex_;
    std::condition_variable news_;
    std::string waiting_;
    std::atomic<std::size_t> writing_ = 0;  // bytes that are no longer waiting, nor written
    bool closed_ = false, finished_ = false;
    std::atomic<bool> fails_ = false;
    std::atomic<std::int64_t> dropped_ = 0, untold_ = 0, written_ = 0;
};

AsyncLog::AsyncLog(int fd, const std::string& level) : sink_(std::make_shared<Sink>(fd)) {
    auto logger = std::make_shared<spdlog::logger>("syncnet", sink_);
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
    std::thread([sink = sink_] { sink->write_all(); }).detach();
}

AsyncLog::~AsyncLog() {
    (void)sink_->close();
}

std::int64_t AsyncLog::dropped() const {
    return sink_->dropped();
}

}  // namespace syncnet::service
