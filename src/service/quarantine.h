// Videos that workers did not survive: refused at once for a while, before they cost another one.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>

namespace syncnet::service {

inline constexpr std::size_t kMaxQuarantined = 10'000;

// Not thread-safe.
class Quarantine {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Quarantine(std::chrono::seconds length) : length_(length) {}

    void add(const std::string& sha256, Clock::time_point now) {
        if (until_.contains(sha256)) return;
        if (order_.size() == kMaxQuarantined) drop_oldest();
        until_[sha256] = now + length_;
        order_.push_back(sha256);
    }

    bool holds(const std::string& sha256, Clock::time_point now) {
        while (!order_.empty() && until_[order_.front()] <= now) drop_oldest();
        return until_.contains(sha256);
    }

  private:
    void drop_oldest() {
        until_.erase(order_.front());
        order_.pop_front();
    }

    std::chrono::seconds length_;
    std::map<std::string, Clock::time_point> until_;
    std::deque<std::string> order_;  // all stay equally long: the first in is the first out
};

}  // namespace syncnet::service
