// So many requests a minute for each client, with bursts: a token bucket each.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace syncnet::service {

inline constexpr std::size_t kMaxRateClients = 10'000;

struct Rate {
    int per_minute = 60;  // both at least 1
    int burst = 10;       // how many at once
};

// Not thread-safe: only the HTTP thread asks.
class RateLimiter {
  public:
    using Clock = std::chrono::steady_clock;

    struct Answer {
        bool allowed = false;
        int remaining = 0;                    // that would be allowed right now, after this one
        std::chrono::seconds retry_after{0};  // until the next one is; 0 if this one was
    };

    // Remembers at most `max_clients`. Who would be allowed a whole burst is forgotten first, which
    // changes nothing; then who will be soonest.
    explicit RateLimiter(std::size_t max_clients = kMaxRateClients) : max_clients_(max_clients) {}

    // `now` never goes back. A client's rate may change from one request to the next.
    Answer take(std::string_view client, Rate rate, Clock::time_point now);

    std::size_t clients() const { return full_at_.size(); }

  private:
    void make_room();

    std::size_t max_clients_;
    // When each bucket is full again: this one number says how full it is at any time.
    std::map<std::string, Clock::time_point, std::less<>> full_at_;
    std::set<std::pair<Clock::time_point, std::string_view>> by_time_;  // names of full_at_
};

}  // namespace syncnet::service
