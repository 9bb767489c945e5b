// What an input may cost, whichever target reads it: the one measure of all fuzzers.
#pragma once

#include <cstddef>

namespace syncnet::fuzz {

// Aborts, saying why, where its scope took more processor time of this process than 5 s and 5 s a
// MB of input, or where the process has ever had more than 512 MB in memory. Sanitizers take five
// times the time, and memory that is theirs: they have a limit of their own (-rss_limit_mb).
class Budget {
  public:
    explicit Budget(std::size_t input_bytes) noexcept;
    ~Budget();
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

  private:
    double allowed_, started_;
};

}  // namespace syncnet::fuzz
