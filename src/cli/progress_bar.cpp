#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "cli/time_left.h"

namespace syncnet::cli {
namespace {

constexpr int kWidth = 40;
constexpr std::chrono::milliseconds kEvery{200};
// Before that nobody knows how long it will take.
constexpr std::chrono::seconds kNotYet{1};

}  // namespace

ProgressBar::ProgressBar(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    if (shown_) std::cerr << "\r\x1b[K";
}

void ProgressBar::update(double done) {
    const auto now = Clock::now();
    if (done < done_) begun_ = now;
    done_ = done;
    if (!shown_ || now - drawn_ < kEvery) return;
    drawn_ = now;
    const auto filled = static_cast<std::size_t>(std::clamp(done, 0.0, 1.0) * kWidth);
    const std::chrono::duration<double> passed = now - begun_;
    std::cerr << "\r\x1b[K[" << std::string(filled, '#') << std::string(kWidth - filled, ' ')
              << ']';
    if (passed > kNotYet && done > 0)
        std::cerr << ' ' << time_left(passed.count() / done * (1 - done));
    std::cerr << std::flush;
}

}  // namespace syncnet::cli
