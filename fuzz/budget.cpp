#include "fuzz/budget.h"

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

namespace syncnet::fuzz {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// Of an input of no size: starting a decoder, or a cold cache, on a busy machine.
constexpr double kFreeSeconds = 5;
constexpr double kSecondsPerMegabyte = 5;
constexpr double kSanitizerFactor = kSanitized ? 5 : 1;
constexpr long kMostKilobytes = 512 << 10;

rusage usage() noexcept {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used;
}

double seconds(const rusage& used) noexcept {
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

}  // namespace

Budget::Budget(std::size_t input_bytes) noexcept
    : allowed_(kSanitizerFactor *
               (kFreeSeconds + kSecondsPerMegabyte * static_cast<double>(input_bytes) * 1e-6)),
      started_(seconds(usage())) {}

Budget::~Budget() {
    const rusage used = usage();
    const double spent = seconds(used) - started_;
    if (spent <= allowed_ && (kSanitized || used.ru_maxrss <= kMostKilobytes)) return;
    std::fprintf(stderr, "over budget: %.1f s of %.1f s, %ld KB in memory\n", spent, allowed_,
                 used.ru_maxrss);
    std::abort();
}

}  // namespace syncnet::fuzz
