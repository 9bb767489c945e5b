#include "cli/progress_bar.h"

#include <unistd.h>

#include <iostream>
#include <string>

namespace syncnet::cli {
namespace {

constexpr int kWidth = 40;

}  // namespace

ProgressBar::ProgressBar(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
    if (shown_) std::cerr << "\r\x1b[K";
}

void ProgressBar::update(double done) {
    const int filled = static_cast<int>(done * kWidth);
    if (!shown_ || filled == filled_) return;
    filled_ = filled;
    std::cerr << "\r[" << std::string(static_cast<std::size_t>(filled), '#')
              << std::string(static_cast<std::size_t>(kWidth - filled), ' ') << ']' << std::flush;
}

}  // namespace syncnet::cli
