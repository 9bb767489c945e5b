#include "media/work_limit.h"

#include <cmath>
#include <ctime>
#include <string>
#include <utility>

#include "base/error.h"

namespace syncnet::media {
namespace {

double thread_seconds() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

WorkLimit::WorkLimit(const Limits& limits, std::int64_t bytes, std::function<void()> check)
    : bytes_(bytes),
      max_seconds_(limits.free_seconds +
                   limits.seconds_per_megabyte * static_cast<double>(bytes) * 1e-6),
      max_cpu_seconds_(limits.free_cpu_seconds +
                       limits.cpu_seconds_per_megabyte * static_cast<double>(bytes) * 1e-6),
      check_(std::move(check)) {
    resume();
}

void WorkLimit::resume() noexcept {
    started_ = thread_seconds();
}

void WorkLimit::pause() noexcept {
    spent_ += thread_seconds() - started_;
}

void WorkLimit::require() {
    if (reason_) std::rethrow_exception(reason_);
    if (check_) check_();
    if (spent_ + thread_seconds() - started_ > max_cpu_seconds_)
        throw Error(ErrorCode::too_complex,
                    of_its_bytes("take more than ", max_cpu_seconds_) + " to decode");
}

bool WorkLimit::interrupted() noexcept {
    if (reason_) return true;
    try {
        require();
        return false;
    } catch (...) {
        reason_ = std::current_exception();
        return true;
    }
}

std::string WorkLimit::of_its_bytes(const char* what, double seconds) const {
    return "its " + std::to_string(bytes_) + " bytes " + what +
           std::to_string(std::llround(seconds)) + " s";
}

void WorkLimit::require_time(double seconds) const {
    if (seconds > max_seconds_)
        throw Error(ErrorCode::too_complex, of_its_bytes("go on after ", max_seconds_));
}

}  // namespace syncnet::media
