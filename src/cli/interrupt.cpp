#include "cli/interrupt.h"

#include <ctime>

namespace syncnet::cli {
namespace {

constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 100'000'000};

}  // namespace

Interrupt::Interrupt() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    listener_ = std::jthread([this](const std::stop_token& ended) { listen(ended); });
}

Interrupt::~Interrupt() {
    listener_.request_stop();
    listener_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::listen(const std::stop_token& ended) {
    while (!ended.stop_requested()) {
        if (sigtimedwait(&signals_, nullptr, &kLook) < 0) continue;
        stop_.request_stop();
        // From now on they mean what they usually mean.
        pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
        return;
    }
}

}  // namespace syncnet::cli
