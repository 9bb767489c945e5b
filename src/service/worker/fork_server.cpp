#include "service/worker/fork_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <memory>

#include "pipeline/analyzer.h"
#include "pipeline/model_files.h"
#include "service/worker/protocol.h"
#include "service/worker/sandbox.h"
#include "service/worker/unix_socket.h"
#include "service/worker/worker.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

// Time that a worker may compute beyond its limit on the clock, as it has threads.
constexpr int kCpuPerSecond = 4;

class ForkServer {
  public:
    ForkServer(int service, const WorkerSetup& setup)
        : service_(service),
          nothing_(::open("/dev/null", O_RDWR | O_CLOEXEC)),
          limits_{.max_memory_bytes = setup.max_memory_bytes,
                  .max_cpu_time = setup.max_time * (kCpuPerSecond * setup.videos_per_worker)},
          model_files_(setup.models),
          analyzer_(make_analyzer(setup)) {
        const Confinement confinement = give_up_network_and_files(setup.scratch);
        // Should the service end without a word, so does this; here, as namespaces clear it.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &child, nullptr);
        children_ = UniqueFd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
        report({{"ready", pipeline::describe(analyzer_.models())},
                {"sandbox", to_json(confinement)},
                {"model_digest", model_files_.digest()}});
    }

    void run() {
        for (;;) {
            std::array<pollfd, 2> events{pollfd{service_, POLLIN, 0},
                                         pollfd{children_.get(), POLLIN, 0}};
            if (::poll(events.data(), events.size(), -1) < 0) continue;
            if (events[1].revents != 0) reap();
            if (events[0].revents == 0) continue;
            auto order = receive(service_, kMaxPacketBytes);
            if (!order) continue;
            if (order->bytes.empty()) return;
            obey(json::parse(order->bytes), std::move(order->attached.front()));
        }
    }

  private:
    // Throws what loading the models throws, and models_changed.
    pipeline::Analyzer make_analyzer(const WorkerSetup& setup) const {
        if (!setup.model_digest.empty() && setup.model_digest != model_files_.digest())
            throw Error(ErrorCode::models_changed,
                        "since the service was started, a model or calibration was exchanged");
        pipeline::AnalyzerOptions options;
        options.reading.limits.max_bytes = setup.max_video_bytes;
        auto models = pipeline::load_models(setup.models);
        if (!model_files_.unchanged())
            throw Error(ErrorCode::models_changed,
                        "a model or calibration was exchanged while it was read");
        return {std::move(models), options};
    }

    void obey(const json& order, UniqueFd socket) {
        if (order.contains("spawn")) spawn(order["spawn"], std::move(socket));
        if (order.contains("kill"))
            for (const auto& [pid, token] : workers_)
                if (token == order["kill"]) ::kill(pid, SIGKILL);
    }

    void spawn(std::uint64_t token, UniqueFd socket) {
        const pid_t self = ::getpid();
        const pid_t pid = ::fork();
        if (pid < 0) {
            report({{"exited", token}, {"status", SIGKILL}});
            return;
        }
        if (pid > 0) {
            workers_[pid] = token;
            return;
        }
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != self) ::_exit(0);
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            ::dup2(nothing_.get(), standard);
        ::dup2(socket.get(), kForkServerSocket);
        ::close_range(kForkServerSocket + 1, ~0U, 0);
        work(kForkServerSocket, analyzer_, limits_);
    }

    void reap() {
        signalfd_siginfo ignored{};
        while (::read(children_.get(), &ignored, sizeof ignored) > 0) {
        }
        int status = 0;
        for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            report({{"exited", workers_[pid]}, {"status", status}});
            workers_.erase(pid);
        }
    }

    void report(const json& what) { send_all(service_, what.dump()); }

    int service_;  // the caller's
    UniqueFd nothing_, children_;
    WorkerLimits limits_;
    pipeline::ModelFiles model_files_;
    pipeline::Analyzer analyzer_;
    std::map<pid_t, std::uint64_t> workers_;
};

}  // namespace

int run_fork_server(UniqueFd service) {
    ::prctl(PR_SET_NAME, "syncnet");  // not "exe", as it was started by that name
    // A signal to the whole group is for the service, which will finish what it has begun.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const auto setup = receive(service.get(), kMaxPacketBytes);
        if (!setup || setup->bytes.empty()) return 1;
        ForkServer fork_server(service.get(), parse_setup(setup->bytes));
        fork_server.run();
        return 0;
    } catch (const Error& e) {
        send_all(service.get(), to_json(WorkerMessage(Failed{e.code(), e.what()})).dump());
    } catch (const std::exception& e) {
        send_all(service.get(),
                 to_json(WorkerMessage(Failed{ErrorCode::internal, e.what()})).dump());
    }
    return 1;
}

}  // namespace syncnet::service
