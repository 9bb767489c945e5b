// The service's end of one worker: its socket, what it has done, how it ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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

// What is heard of a worker before its last word; both may be empty.
struct WhileAtWork {
    std::function<void(double)> on_progress;                        // 0..1
    std::function<void(const nlohmann::json& verdict)> on_verdict;  // is_verdict_so_far
};

// Gives it a job with its descriptors, and waits for its last message; nothing if it ended or broke
// the protocol without one.
boost::asio::awaitable<std::optional<WorkerMessage>> converse(WorkerProcess& worker,
                                                              const WorkerJob& job,
                                                              std::span<const int> descriptors,
                                                              const WhileAtWork& heard);

}  // namespace syncnet::service
