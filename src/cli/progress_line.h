// How many of many are done, how fast, and how long the rest will take: on standard error, a line
// that is written over where a person is looking, else a line now and then.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace syncnet::cli {

struct Count {
    std::size_t done = 0;
    std::optional<std::size_t> of;  // nothing: nobody knows yet
    std::size_t before = 0;         // of those that are done: done by an earlier run
    std::size_t errors = 0;
    std::optional<double> seconds_left;  // nothing: as fast as so far
};

// Not thread-safe.
class ProgressLine {
  public:
    explicit ProgressLine(std::string what);  // "videos"
    ~ProgressLine() { end(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const Count& count);
    void end();  // of the line that stands there
    // "500 videos in 62 s, 8.1 a second"; not of those that were done before.
    std::string total(const Count& count) const;

  private:
    using Clock = std::chrono::steady_clock;

    double rate(const Count& count) const;

    std::string what_;
    bool terminal_, open_ = false;
    Clock::time_point begun_ = Clock::now(), shown_ = begun_;
};

}  // namespace syncnet::cli
