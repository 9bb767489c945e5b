// The service's end of one worker: its socket, what it has done, how it ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "service/worker/protocol.h"

namespace syncnet::service {

struct WorkerProcess {
    WorkerProcess(boost::asio::io_context& io, std::uint64_t its_token, UniqueFd its_socket);

    std::uint64_t token;
    boost::asio::local::stream_protocol::socket socket;
    boost::asio::steady_timer ended;  // cancelled when `status` is known
    std::optional<int> status;        // as waitpid gives it
    bool too_late = false;            // killed because its time was over
    bool babbled = false;             // broke the protocol
    bool busy = false;
    int videos = 0;      // that it has looked at
    std::string client;  // whose they were
};

// In words.
std::string ending(const WorkerProcess& worker);
bool killed_from_outside(const WorkerProcess& worker);

// Gives it a job with its video, and waits for its last message; nothing if it ended or broke the
// protocol without one. `on_progress` may be empty.
boost::asio::awaitable<std::optional<WorkerMessage>> converse(
    WorkerProcess& worker, const WorkerJob& job, int video,
    const std::function<void(double)>& on_progress);

}  // namespace syncnet::service
