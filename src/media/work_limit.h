// What a file may cost, whatever its header claims: so much time on the clock and so much computing
// for its bytes, and no more than the caller's patience.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "media/limits.h"

namespace syncnet::media {

// Counts the processor time of the thread that decodes, from its making to pause(), and in each
// Turn after that. Not thread-safe.
class WorkLimit {
  public:
    // `bytes`: of the file. `check` throws where the caller has had enough; it may be empty.
    WorkLimit(const Limits& limits, std::int64_t bytes, std::function<void()> check);

    void resume() noexcept;
    void pause() noexcept;

    // Throws too_complex, or what `check` throws.
    void require();

    // The same for FFmpeg's callbacks, which must not throw: where it says true, the next require()
    // throws the reason.
    bool interrupted() noexcept;

    // Throws too_complex where a file of so many bytes can't go on for so long.
    void require_time(double seconds) const;

  private:
    std::string of_its_bytes(const char* what, double seconds) const;

    std::int64_t bytes_;
    double max_seconds_, max_cpu_seconds_;
    std::function<void()> check_;
    double spent_ = 0;    // CPU seconds of the turns that are over
    double started_ = 0;  // the thread's clock when this turn began
    std::exception_ptr reason_;
};

// As long as it lives, the calling thread's time counts.
class Turn {
  public:
    explicit Turn(WorkLimit& work) noexcept : work_(work) { work_.resume(); }
    ~Turn() { work_.pause(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    WorkLimit& work_;
};

}  // namespace syncnet::media
