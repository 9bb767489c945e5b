#include "service/worker/worker_process.h"

#include <sys/wait.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstring>

#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace asio = boost::asio;

WorkerProcess::WorkerProcess(asio::io_context& io, std::uint64_t its_token, UniqueFd its_socket)
    : token(its_token),
      socket(io, asio::local::stream_protocol(), its_socket.release()),
      ended(io, std::chrono::steady_clock::time_point::max()) {}

std::string ending(const WorkerProcess& worker) {
    if (worker.babbled) return "it broke the protocol";
    if (!worker.status) return "it closed its socket";
    if (WIFSIGNALED(*worker.status))
        return std::string("it was ended by ") + sigdescr_np(WTERMSIG(*worker.status));
    return "it ended with status " + std::to_string(WEXITSTATUS(*worker.status));
}

bool killed_from_outside(const WorkerProcess& worker) {
    return !worker.babbled && worker.status && WIFSIGNALED(*worker.status) &&
           WTERMSIG(*worker.status) == SIGKILL;
}

asio::awaitable<std::optional<WorkerMessage>> converse(WorkerProcess& worker, const WorkerJob& job,
                                                       std::span<const int> descriptors,
                                                       const WhileAtWork& heard) {
    if (!send_all(worker.socket.native_handle(), frame(to_json(job)), descriptors))
        co_return std::nullopt;
    std::array<char, kFrameHeaderBytes> header{};
    std::string text;
    boost::system::error_code failed;
    const auto noting = [&] { return asio::redirect_error(asio::use_awaitable, failed); };
    for (;;) {
        co_await asio::async_read(worker.socket, asio::buffer(header), noting());
        const std::size_t length = failed ? 0 : frame_length(header);
        if (length > kMaxAnswerBytes) break;
        text.resize(length);
        if (!failed) co_await asio::async_read(worker.socket, asio::buffer(text), noting());
        if (failed == asio::error::operation_aborted) throw boost::system::system_error(failed);
        if (failed) co_return std::nullopt;
        try {
            WorkerMessage message = parse_message(text);
            if (const auto* const progress = std::get_if<Progress>(&message)) {
                if (heard.on_progress) heard.on_progress(progress->done);
            } else if (const auto* const so_far = std::get_if<SoFar>(&message)) {
                if (heard.on_verdict) heard.on_verdict(so_far->verdict);
            } else {
                co_return message;
            }
        } catch (const Error&) {
            break;
        }
    }
    worker.babbled = true;
    co_return std::nullopt;
}

}  // namespace syncnet::service
