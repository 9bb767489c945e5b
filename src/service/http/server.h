// Listens, accepts, and stops well. One thread speaks HTTP and never decodes; processes of their
// own look at the videos (worker/).
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "service/metrics/async_log.h"
#include "service/settings.h"

namespace syncnet::service {

class Server {
  public:
    // Starts the workers, then listens at once. `reload` gives the settings anew at SIGHUP; it may
    // throw. `log` outlives the server. Throws invalid_setting where address, folder, key or
    // certificate can't be used, and what loading the models throws.
    Server(const Settings& settings, std::function<Settings()> reload, const AsyncLog& log);
    ~Server();

    std::uint16_t port() const;
    // The models, as pipeline::describe, and which parts of the sandbox are in force.
    nlohmann::json description() const;

    // Serves until SIGTERM, SIGINT or stop(): then accepts nothing more, finishes what has begun
    // within `drain` seconds, and returns. SIGHUP takes keys, thresholds and MAX_OFFSET_MS anew.
    void run();
    void stop();  // from any thread

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::service
