#include "service/worker/pool.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "service/worker/fork_server_process.h"
#include "service/worker/worker_process.h"

namespace syncnet::service {
namespace asio = boost::asio;

namespace {

using asio::use_awaitable;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

// A worker notices its deadline by itself, unless it hangs.
constexpr auto kGrace = std::chrono::seconds(2);
// From the end of its socket until the fork server has said how a worker ended.
constexpr auto kExitReportTime = std::chrono::seconds(5);
// How often a video is tried where its worker died. Signals of its own doing count at once; a
// SIGKILL may be somebody else's, or the kernel's when the machine is out of memory.
constexpr int kCrashes = 2;
constexpr int kKills = 4;
// Idle workers that die one after the other are replaced more and more slowly.
constexpr int kWorrying = 5;
constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::seconds(5);
// Where there is nothing to make a worker of, until it is tried again.
constexpr auto kShortage = std::chrono::seconds(1);

struct Waiter {
    const std::string& client;
    asio::steady_timer woken;
    std::shared_ptr<WorkerProcess> worker;
};

}  // namespace

struct WorkerPool::Impl : std::enable_shared_from_this<WorkerPool::Impl> {
    Impl(asio::io_context& its_io, const WorkerSetup& its_setup, int count, int live_count)
        : io(its_io),
          setup(its_setup),
          size(static_cast<std::size_t>(count)),
          live_size(static_cast<std::size_t>(live_count)),
          videos_per_worker(its_setup.videos_per_worker),
          reports(io),
          pause(io),
          shortage(io) {
        begin_fork_server();
        const json first = fork_server->report(true).value_or(json::object());
        require_ready(first);
        description = first.at("ready");
        description["sandbox"] = first.at("sandbox");
        setup.model_digest = first.at("model_digest");  // from now on, no other
        fork_server_ready = true;
        refill();
    }

    void begin_fork_server() {
        fork_server = std::make_unique<ForkServerProcess>(setup);
        reports.assign(::dup(fork_server->socket()));
    }

    // ---- the workers

    // Nothing where there are no descriptors for it, say; it is tried again a little later.
    std::shared_ptr<WorkerProcess> spawn() {
        const std::uint64_t token = next_token++;
        try {
            auto worker = std::make_shared<WorkerProcess>(io, token, fork_server->spawn(token));
            workers[token] = worker;
            return worker;
        } catch (const std::exception& e) {
            spdlog::error("a worker can't be made now: {}", e.what());
        }
        shortage.expires_after(kShortage);
        shortage.async_wait([self = weak_from_this()](boost::system::error_code cancelled) {
            const auto pool = self.lock();
            if (cancelled || !pool) return;
            pool->refill();
            pool->hand_out();
        });
        return nullptr;
    }

    static bool is_fresh(const std::shared_ptr<WorkerProcess>& worker) {
        return worker->videos == 0;
    }

    // As many that have seen no video as there may be at work.
    void refill() {
        if (!fork_server_ready || stopping) return;
        for (auto fresh = std::ranges::count_if(idle, is_fresh);
             fresh < static_cast<std::ptrdiff_t>(size); ++fresh) {
            auto worker = spawn();
            if (!worker) return;
            idle.push_back(std::move(worker));
        }
    }

    // Hands idle workers to those who have waited longest.
    void hand_out() {
        while (!waiters.empty() && !idle.empty() && busy < size) {
            Waiter& first = *waiters.front();
            first.worker = lend(first.client);
            if (!first.worker) return;
            waiters.pop_front();
            first.woken.cancel();
        }
    }

    // One that knows this client's videos only, or none; nothing where there can't be one now.
    std::shared_ptr<WorkerProcess> lend(const std::string& client, bool live = false) {
        auto found = std::ranges::find_if(
            idle, [&](const auto& w) { return !is_fresh(w) && w->client == client; });
        if (found == idle.end()) found = std::ranges::find_if(idle, is_fresh);
        if (found == idle.end()) {
            auto made = spawn();
            if (!made) return nullptr;
            idle.push_back(std::move(made));
            found = std::prev(idle.end());
        }
        auto worker = std::move(*found);
        idle.erase(found);
        worker->busy = true;
        worker->live = live;
        worker->client = client;
        ++worker->videos;
        ++(live ? following : busy);
        refill();  // another is made while it works
        return worker;
    }

    // For destructors: where a successor can't be made now, it is made with the next event.
    void take_back(const std::shared_ptr<WorkerProcess>& worker, bool may_go_on) noexcept {
        try {
            settle(worker, may_go_on);
        } catch (...) {  // no memory or descriptors, not even to say so
        }
    }

    void settle(const std::shared_ptr<WorkerProcess>& worker, bool may_go_on) {
        --(worker->live ? following : busy);
        worker->busy = worker->live = false;
        if (may_go_on && worker->videos < videos_per_worker && !worker->status && !stopping) {
            idle.push_back(worker);
            const auto used = [](const auto& w) { return !is_fresh(w); };
            if (std::ranges::count_if(idle, used) > static_cast<std::ptrdiff_t>(size)) {
                const auto oldest = std::ranges::find_if(idle, used);
                dismiss(**oldest);
                idle.erase(oldest);
            }
        } else {
            dismiss(*worker);
        }
        hand_out();
    }

    // It ends when it hears nothing more.
    static void dismiss(WorkerProcess& worker) {
        boost::system::error_code ignored;
        worker.socket.close(ignored);
    }

    void kill(const WorkerProcess& worker) noexcept {
        if (fork_server && !worker.status) fork_server->kill(worker.token);
    }

    void refuse_changed_models() const {
        if (trouble && trouble->code() == ErrorCode::models_changed) throw Error(*trouble);
    }

    asio::awaitable<std::shared_ptr<WorkerProcess>> take(const std::string& client,
                                                         Clock::time_point deadline) {
        if (waiters.empty() && !idle.empty() && busy < size)
            if (auto worker = lend(client)) co_return worker;
        // Who has time waits until the files are back, or the service is started again.
        if (deadline != Clock::time_point::max()) refuse_changed_models();
        Waiter waiter{
            .client = client, .woken = asio::steady_timer(io, deadline), .worker = nullptr};
        const auto place = waiters.insert(waiters.end(), &waiter);
        struct Leave {  // also where the coroutine is cancelled
            Impl& pool;
            Waiter& waiter;
            std::list<Waiter*>::iterator place;
            bool taken = false;
            ~Leave() {
                if (!waiter.worker)
                    pool.waiters.erase(place);
                else if (!taken)
                    pool.take_back(waiter.worker, true);
            }
        } leave{*this, waiter, place};
        boost::system::error_code woken;
        co_await waiter.woken.async_wait(asio::redirect_error(use_awaitable, woken));
        if (stopping) throw Error(ErrorCode::shutting_down, "the service stops");
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
            asio::cancellation_type::none)
            throw Error(ErrorCode::cancelled, "nobody waits for the answer");
        if (!waiter.worker) {
            refuse_changed_models();
            throw Error(ErrorCode::timeout, "no worker was free in time");
        }
        leave.taken = true;
        co_return waiter.worker;
    }

    // ---- one analysis

    static WorkerJob job_of(const WorkerTask& task) {
        const auto now = Clock::now();
        const auto left =
            task.deadline - now < task.max_time
                ? std::max(
                      std::chrono::milliseconds(1),
                      std::chrono::duration_cast<std::chrono::milliseconds>(task.deadline - now))
                : task.max_time;
        return {.options = task.options, .time = left, .thresholds = task.thresholds};
    }

    asio::awaitable<std::optional<WorkerMessage>> ask(const std::shared_ptr<WorkerProcess>& worker,
                                                      const WorkerJob& job,
                                                      std::span<const int> descriptors,
                                                      const WhileAtWork& heard) {
        asio::steady_timer too_late(io, Clock::now() + job.time + kGrace);
        too_late.async_wait([this, worker](boost::system::error_code cancelled) {
            if (cancelled) return;
            worker->too_late = true;
            kill(*worker);
        });
        auto message = co_await converse(*worker, job, descriptors, heard);
        if (message) co_return message;
        if (worker->babbled) kill(*worker);
        too_late.cancel();
        // How did it end? The fork server will say, unless nobody listens any more.
        boost::system::error_code known;
        if (!worker->status && !worker->babbled && !stopping) {
            worker->ended.expires_after(kExitReportTime);
            co_await worker->ended.async_wait(asio::redirect_error(use_awaitable, known));
        }
        co_return std::nullopt;
    }

    // A worker at work: it goes back, or to its end, whatever becomes of the work.
    struct Lent {
        Impl& pool;
        std::shared_ptr<WorkerProcess> worker;
        bool finished = false, well = false;
        ~Lent() {
            if (!finished) pool.kill(*worker);
            pool.take_back(worker, well);
        }
    };

    // What came of it; nothing where the worker was lost.
    std::optional<json> outcome(Lent& lent, std::optional<WorkerMessage> message) {
        if (stopping) throw Error(ErrorCode::shutting_down, "the service stops");
        if (message) {
            lent.finished = true;
            idle_deaths = 0;
            // After an error it may not be what it was.
            auto* const done = std::get_if<Done>(&*message);
            lent.well = done != nullptr;
            if (done != nullptr) return std::move(done->analysis);
            const auto& failed = std::get<Failed>(*message);
            throw Error(failed.code, failed.detail);
        }
        ++lost;
        spdlog::warn("a worker was lost at its work: {}", ending(*lent.worker));
        if (lent.worker->too_late)
            throw WorkerLost(ErrorCode::timeout, "the analysis hung and was ended");
        return std::nullopt;
    }

    asio::awaitable<json> follow(LiveTask task) {
        const auto self = shared_from_this();
        refuse_changed_models();
        if (following >= live_size)
            throw Error(ErrorCode::overloaded, "as many recordings are followed as may");
        const auto worker = lend(task.client, true);
        if (!worker) throw Error(ErrorCode::overloaded, "there is no worker for it now");
        Lent lent{*this, worker};
        const std::array<int, 2> descriptors{task.video, task.more};
        // GCC 12 destroys what is made within a co_await twice.
        const WorkerJob job{.options = task.options,
                            .time = task.max_time,
                            .thresholds = task.thresholds,
                            .live = true};
        const WhileAtWork heard{.on_progress = {}, .on_verdict = task.on_verdict};
        auto message = co_await ask(worker, job, descriptors, heard);
        if (auto analysis = outcome(lent, std::move(message))) co_return std::move(*analysis);
        throw WorkerLost(killed_from_outside(*worker) ? ErrorCode::out_of_memory
                                                      : ErrorCode::decoder_crashed,
                         "its worker did not survive it: " + ending(*worker));
    }

    asio::awaitable<json> analyze(WorkerTask task) {
        const auto self = shared_from_this();
        for (int crashes = 0, kills = 0;;) {
            const auto worker = co_await take(task.client, task.deadline);
            Lent lent{*this, worker};
            if (task.on_start) task.on_start();
            const WorkerJob job = job_of(task);
            const WhileAtWork heard{.on_progress = task.on_progress, .on_verdict = {}};
            auto message = co_await ask(worker, job, std::span(&task.video, 1), heard);
            if (auto analysis = outcome(lent, std::move(message))) co_return std::move(*analysis);
            if (killed_from_outside(*worker)) {
                if (++kills >= kKills)
                    throw WorkerLost(ErrorCode::out_of_memory,
                                     "its workers were killed again and again");
            } else if (++crashes >= kCrashes) {
                throw WorkerLost(ErrorCode::decoder_crashed,
                                 "two workers did not survive it: " + ending(*worker));
            }
        }
    }

    // ---- what the fork server reports

    // While the service lives.
    asio::awaitable<void> tend() {
        const auto self = shared_from_this();
        refill();  // what could not be made at first
        while (!stopping) {
            boost::system::error_code failed;
            co_await reports.async_wait(asio::posix::stream_descriptor::wait_read,
                                        asio::redirect_error(use_awaitable, failed));
            if (failed || stopping) co_return;
            const auto report = fork_server->report(false);
            if (!report) continue;
            if (report->contains("exited")) {
                end_of(report->at("exited"), report->at("status"));
            } else if (report->contains("ready")) {
                fork_server_ready = true;
                trouble.reset();
                idle_deaths = std::min(idle_deaths, kWorrying - 1);  // ready, until the next one
                refill();
                hand_out();
            } else {
                note_trouble(*report);
                co_await replace_fork_server();
                continue;
            }
            if (idle_deaths > 0 && idle.size() < size) {
                co_await rest();
                refill();
                hand_out();
            }
        }
    }

    void end_of(std::uint64_t token, int status) {
        const auto found = workers.find(token);
        if (found == workers.end()) return;
        const auto worker = found->second;
        workers.erase(found);
        worker->status = status;
        worker->ended.cancel();
        if (worker->busy || std::erase(idle, worker) == 0) return;
        ++lost;
        spdlog::warn("an idle worker was lost: {}", ending(*worker));
        ++idle_deaths;
    }

    asio::awaitable<void> rest() {
        const auto longer = kFirstPause * (1 << std::min(idle_deaths, 10));
        pause.expires_after(std::min<Clock::duration>(longer, kLongestPause));
        boost::system::error_code woken;
        co_await pause.async_wait(asio::redirect_error(use_awaitable, woken));
    }

    void note_trouble(const json& report) {
        try {
            require_ready(report);
        } catch (const Error& e) {
            trouble = e;
            spdlog::error("there are no workers: {}: {}. {}", e.info().title, e.what(),
                          e.info().hint);
        }
    }

    // All its workers went with it.
    asio::awaitable<void> replace_fork_server() {
        fork_server_ready = false;
        ++lost;
        ++idle_deaths;
        reports.close();
        fork_server.reset();
        idle.clear();
        for (const auto& [token, worker] : std::exchange(workers, {})) {
            worker->status = SIGKILL;
            worker->ended.cancel();
        }
        co_await rest();
        while (!stopping) {
            try {
                begin_fork_server();
                break;
            } catch (const std::exception& e) {
                spdlog::error("workers can't be made now: {}", e.what());
            }
            ++idle_deaths;
            co_await rest();
        }
    }

    asio::io_context& io;
    WorkerSetup setup;
    const std::size_t size, live_size;
    const int videos_per_worker;
    std::unique_ptr<ForkServerProcess> fork_server;
    asio::posix::stream_descriptor reports;
    asio::steady_timer pause, shortage;
    json description;
    std::map<std::uint64_t, std::shared_ptr<WorkerProcess>> workers;  // all that live
    std::deque<std::shared_ptr<WorkerProcess>> idle;
    std::list<Waiter*> waiters;
    std::size_t busy = 0, following = 0;
    std::uint64_t next_token = 1;
    int idle_deaths = 0;
    std::int64_t lost = 0;
    bool fork_server_ready = false;
    std::optional<Error> trouble;  // of the last fork server, while there is no other
    bool stopping = false;
};

WorkerPool::WorkerPool(asio::io_context& io, const WorkerSetup& setup, int workers, int live)
    : impl_(std::make_shared<Impl>(io, setup, workers, live)) {
    asio::co_spawn(io, impl_->tend(), asio::detached);
}

WorkerPool::~WorkerPool() {
    try {
        give_up();
    } catch (...) {  // the fork server's end is the workers' end all the same
    }
}

asio::awaitable<json> WorkerPool::analyze(WorkerTask task) {
    return impl_->analyze(std::move(task));
}

asio::awaitable<json> WorkerPool::follow(LiveTask task) {
    return impl_->follow(std::move(task));
}

void WorkerPool::give_up() {
    Impl& p = *impl_;
    if (std::exchange(p.stopping, true)) return;
    boost::system::error_code ignored;
    p.reports.close(ignored);
    p.pause.cancel();
    p.shortage.cancel();
    for (Waiter* const waiter : p.waiters) waiter->woken.cancel();
    for (const auto& [token, worker] : p.workers) {
        p.kill(*worker);
        worker->ended.cancel();
    }
}

bool WorkerPool::ready() const {
    return impl_->fork_server_ready && impl_->idle_deaths < kWorrying;
}

std::string WorkerPool::trouble() const {
    const auto& trouble = impl_->trouble;
    return trouble ? std::string(trouble->info().title) : "workers can't be kept alive";
}

const std::string& WorkerPool::model_digest() const {
    return impl_->setup.model_digest;
}

const json& WorkerPool::description() const {
    return impl_->description;
}

void WorkerPool::require_model(const std::string& name) const {
    std::string names;
    for (const json& known : impl_->description.at("models")) {
        if (known == name) return;
        names += (names.empty() ? "" : ", ") + known.get<std::string>();
    }
    if (!name.empty())
        throw Error(ErrorCode::model_not_available,
                    "there is no model \"" + name + "\"; there are " + names);
}

WorkerPool::Counts WorkerPool::counts() const {
    return {.busy = static_cast<std::int64_t>(impl_->busy),
            .waiting = static_cast<std::int64_t>(impl_->waiters.size()),
            .live = static_cast<std::int64_t>(impl_->following),
            .lost = impl_->lost};
}

}  // namespace syncnet::service
