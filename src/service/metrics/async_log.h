// The service's log, written by a thread of its own: whoever reads it and doesn't go on holds up
// nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace syncnet::service {

inline constexpr std::size_t kMaxUnwrittenLogBytes = 1 << 20;  // lines beyond them are dropped

class AsyncLog {
  public:
    // spdlog's default logger, from now on, for lines of `level` and above. `fd` stays the
    // caller's.
    AsyncLog(int fd, const std::string& level);
    // Waits until all is written, as long as somebody reads.
    ~AsyncLog();
    AsyncLog(const AsyncLog&) = delete;
    AsyncLog& operator=(const AsyncLog&) = delete;

    // Lines that nobody will read: there was no room for them, or they could not be written. Also
    // told in the log, where the gap is. From any thread.
    std::int64_t dropped() const;

  private:
    class Sink;
    std::shared_ptr<Sink> sink_;
};

}  // namespace syncnet::service
