// Spliced MPEG streams.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace syncnet::media {

// In MPEG transport and program streams the timestamps may start anew where two recordings were
// joined. Such a jump shows in all streams, if not at the same packet; a pause shows in one only.
// The mender closes jumps, by the same amount in both streams, and leaves pauses alone.
class TimestampMender {
  public:
    enum Stream { kVideo, kAudio };

    // The correction to add to this packet's timestamps, in microseconds.
    std::int64_t correction(Stream stream, std::int64_t dts_us, std::int64_t duration_us);

  private:
    struct State {
        std::optional<std::int64_t> expected_us;
        std::int64_t correction_us = 0;
    };
    bool plausible(const State& own, std::int64_t time_us) const;

    std::array<State, 2> streams_;
    std::int64_t latest_correction_us_ = 0;
};

}  // namespace syncnet::media
