// Ctrl-C and SIGTERM as a request to stop. The second one ends the program at once.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace syncnet::cli {

// To be made before other threads are: they inherit that the signals are not for them.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return stop_.get_token(); }

  private:
    void listen(const std::stop_token& ended);

    sigset_t signals_{}, before_{};
    std::stop_source stop_;
    std::jthread listener_;
};

}  // namespace syncnet::cli
