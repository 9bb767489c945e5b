#include "cli/progress_line.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/number_text.h"
#include "cli/time_left.h"

namespace syncnet::cli {
namespace {

constexpr std::chrono::milliseconds kEveryOnTerminal{200};
constexpr std::chrono::seconds kEvery{15};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), terminal_(::isatty(STDERR_FILENO) != 0) {}

void ProgressLine::end() {
    if (open_) std::cerr << '\n';
    open_ = false;
}

double ProgressLine::rate(const Count& count) const {
    return static_cast<double>(count.done - count.before) / std::max(seconds_since(begun_), 1e-3);
}

void ProgressLine::show(const Count& count) {
    const auto now = Clock::now();
    const bool last = count.of && count.done >= *count.of;
    if (!last && now - shown_ < (terminal_ ? Clock::duration(kEveryOnTerminal) : kEvery)) return;
    shown_ = now;
    std::cerr << (terminal_ ? "\r\033[K" : "") << count.done;
    if (count.of) std::cerr << " of " << *count.of;
    std::cerr << ' ' << what_;
    if (count.errors > 0) std::cerr << ", " << count.errors << " errors";
    const double each = rate(count);
    if (each > 0) std::cerr << ", " << fixed_point(each, 1) << " a second";
    if (count.of && !last && (count.seconds_left || each > 0))
        std::cerr << ", "
                  << time_left(count.seconds_left.value_or(
                         static_cast<double>(*count.of - count.done) / each));
    open_ = terminal_;
    std::cerr << (open_ ? "" : "\n") << std::flush;
}

std::string ProgressLine::total(const Count& count) const {
    return std::to_string(count.done - count.before) + " " + what_ + " in " +
           fixed_point(seconds_since(begun_), 1) + " s, " + fixed_point(rate(count), 1) +
           " a second";
}

}  // namespace syncnet::cli
