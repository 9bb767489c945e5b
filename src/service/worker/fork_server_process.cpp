#include "service/worker/fork_server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "service/worker/fork_server.h"
#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

pid_t start_this_program(int socket) {
    ::posix_spawn_file_actions_t actions;
    ::posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, socket, kForkServerSocket);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, kForkServerSocket + 1);
    // Ctrl-C on a terminal is for the service alone.
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::array<char, 8> name{"syncnet"};
    std::array<char, 8> command{"worker"};
    const std::array<char*, 3> arguments{name.data(), command.data(), nullptr};
    pid_t pid = -1;
    const int failed =
        ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (failed != 0)
        throw Error(ErrorCode::internal,
                    std::string("workers can't be started: ") + std::strerror(failed));
    return pid;
}

}  // namespace

ForkServerProcess::ForkServerProcess(const WorkerSetup& setup) {
    auto [ours, theirs] = socket_pair(SocketKind::packets);
    // A descriptor that already has the right number would keep its close-on-exec.
    if (theirs.get() == kForkServerSocket)
        theirs = UniqueFd(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, 4));
    pid_ = start_this_program(theirs.get());
    socket_ = std::move(ours);
    send_all(socket_.get(), to_json(setup).dump());
}

ForkServerProcess::~ForkServerProcess() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::optional<json> ForkServerProcess::report(bool wait) {
    pollfd readable{socket_.get(), POLLIN, 0};
    while (::poll(&readable, 1, wait ? -1 : 0) < 0 && errno == EINTR) {
    }
    if (readable.revents == 0) return std::nullopt;
    const auto packet = receive(socket_.get(), kMaxPacketBytes);
    if (!packet) return std::nullopt;
    if (packet->bytes.empty()) return json::object();
    return json::parse(packet->bytes);
}

UniqueFd ForkServerProcess::spawn(std::uint64_t token) {
    auto [ours, theirs] = socket_pair(SocketKind::stream);
    send_all(socket_.get(), json{{"spawn", token}}.dump(), std::array{theirs.get()});
    return std::move(ours);
}

void ForkServerProcess::kill(std::uint64_t token) noexcept {
    std::array<char, 64> order{};
    const int length = std::snprintf(order.data(), order.size(), R"({"kill":%llu})",
                                     static_cast<unsigned long long>(token));
    send_all(socket_.get(), {order.data(), static_cast<std::size_t>(length)});
}

void require_ready(const json& first_report) {
    if (first_report.contains("ready")) return;
    if (!first_report.contains("code"))
        throw Error(ErrorCode::internal, "the workers' process ended before it was ready");
    const Failed failed = parse_failure(first_report.dump());
    throw Error(failed.code, failed.detail);
}

}  // namespace syncnet::service
