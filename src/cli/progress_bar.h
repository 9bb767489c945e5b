// How much of one video is done and how long the rest will take: a bar on standard error, only
// where a person is looking.
#pragma once

#include <chrono>

namespace syncnet::cli {

class ProgressBar {
  public:
    explicit ProgressBar(bool wanted);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void update(double done);  // 0..1; what goes back begins anew

  private:
    using Clock = std::chrono::steady_clock;

    bool shown_;
    Clock::time_point begun_ = Clock::now(), drawn_{};
    double done_ = 0;
};

}  // namespace syncnet::cli
