// So much of something for all, and so much of it for one holder: connections, bytes of uploads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace syncnet::service {

// Not thread-safe. What is held by nobody is not remembered.
class Shares {
  public:
    Shares(std::int64_t for_all, std::int64_t for_one) : for_all_(for_all), for_one_(for_one) {}

    enum class Answer { granted, too_much_for_one, too_much_for_all };

    // What one holds; given back at its end, which the Shares outlive.
    class Share {
      public:
        Share() = default;
        Share(Shares& shares, std::string holder) : shares_(&shares), holder_(std::move(holder)) {}
        ~Share() { give_back(); }
        Share(Share&& other) noexcept { *this = std::move(other); }
        Share& operator=(Share&& other) noexcept {
            give_back();
            shares_ = std::exchange(other.shares_, nullptr);
            holder_ = std::move(other.holder_);
            amount_ = std::exchange(other.amount_, 0);
            return *this;
        }

        const std::string& holder() const { return holder_; }
        Answer judge(std::int64_t more) const { return shares_->judge(holder_, more); }
        Answer take(std::int64_t more) {
            const Answer answer = judge(more);
            if (answer != Answer::granted) return answer;
            shares_->held_[holder_] += more;
            shares_->total_ += more;
            amount_ += more;
            return answer;
        }

      private:
        void give_back() noexcept {
            if (shares_ == nullptr || amount_ == 0) return;
            const auto found = shares_->held_.find(holder_);
            found->second -= amount_;
            shares_->total_ -= amount_;
            if (found->second == 0) shares_->held_.erase(found);
            amount_ = 0;
        }

        Shares* shares_ = nullptr;
        std::string holder_;
        std::int64_t amount_ = 0;
    };

    std::int64_t total() const { return total_; }

  private:
    Answer judge(const std::string& holder, std::int64_t more) const {
        const auto found = held_.find(holder);
        const std::int64_t held = found == held_.end() ? 0 : found->second;
        if (held + more > for_one_) return Answer::too_much_for_one;
        return total_ + more > for_all_ ? Answer::too_much_for_all : Answer::granted;
    }

    std::int64_t for_all_, for_one_, total_ = 0;
    std::map<std::string, std::int64_t> held_;
};

}  // namespace syncnet::service
