// The service's end of the fork server: starts the process, gives orders, reads reports.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/json.h"
#include "base/unique_fd.h"
#include "service/worker/protocol.h"

namespace syncnet::service {

class ForkServerProcess {
  public:
    // Starts this very program again, as `syncnet worker`. Throws internal.
    explicit ForkServerProcess(const WorkerSetup& setup);
    ~ForkServerProcess();  // kills and reaps it
    ForkServerProcess(const ForkServerProcess&) = delete;
    ForkServerProcess& operator=(const ForkServerProcess&) = delete;

    int socket() const { return socket_.get(); }  // readable: there is a report
    // Nothing if there is none now and `wait` is false; an empty object once the process is gone.
    std::optional<nlohmann::json> report(bool wait);

    // Returns the service's end of the new worker's socket; it may be written to at once.
    UniqueFd spawn(std::uint64_t token);
    void kill(std::uint64_t token) noexcept;  // also for destructors

  private:
    UniqueFd socket_;
    pid_t pid_ = -1;
};

// Throws the error that a fork server reports instead of its first "ready".
void require_ready(const nlohmann::json& first_report);

}  // namespace syncnet::service
