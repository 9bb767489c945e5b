#include "service/auth/rate_limiter.h"

#include <algorithm>

namespace syncnet::service {

RateLimiter::Answer RateLimiter::take(std::string_view client, Rate rate, Clock::time_point now) {
    const Clock::duration a_token = Clock::duration(std::chrono::minutes(1)) / rate.per_minute;
    const Clock::duration a_burst = a_token * rate.burst;

    const auto known = full_at_.find(client);
    const auto full_at =
        known == full_at_.end() ? now : std::clamp(known->second, now, now + a_burst);
    const auto full_then = full_at + a_token;  // if this one is allowed
    const auto missing = full_then - (now + a_burst);
    if (missing > Clock::duration::zero())
        return {.retry_after = std::chrono::ceil<std::chrono::seconds>(missing)};

    if (known != full_at_.end()) {
        auto entry = by_time_.extract({known->second, known->first});
        entry.value().first = known->second = full_then;
        by_time_.insert(std::move(entry));
    } else {
        make_room();
        const auto added = full_at_.emplace(client, full_then).first;
        by_time_.emplace(full_then, added->first);
    }
    return {.allowed = true, .remaining = static_cast<int>(-missing / a_token)};
}

void RateLimiter::make_room() {
    while (!by_time_.empty() && full_at_.size() >= max_clients_) {
        const auto oldest = by_time_.begin();
        const auto entry = full_at_.find(oldest->second);
        by_time_.erase(oldest);
        full_at_.erase(entry);
    }
}

}  // namespace syncnet::service
