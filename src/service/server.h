// The HTTP service: GET /health and POST /score.
//
// One thread speaks HTTP and never decodes; a bounded pool of threads scores. A slow client costs a
// socket, a full pool is answered with 503 before the body is read.
#pragma once

#include <functional>
#include <memory>

#include "pipeline/analyzer.h"
#include "service/settings.h"

namespace syncnet::service {

class Server {
  public:
    // Listens at once. Throws invalid_setting where the address or a folder can't be used.
    Server(const Settings& settings, std::shared_ptr<const pipeline::Analyzer> analyzer);
    ~Server();

    std::uint16_t port() const;

    // Serves until SIGTERM, SIGINT or stop(): then accepts nothing more, finishes what has begun
    // within `drain` seconds, and returns.
    void run();
    void stop();  // from any thread

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::service
