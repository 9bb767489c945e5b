#include "service/worker/pool.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <optional>

#include "service/worker/crew.h"

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

struct Waiter {
    const std::string& client;
    asio::steady_timer woken;
    std::shared_ptr<WorkerProcess> worker;
};

WorkerJob job_of(const WorkerTask& task) {
    const auto now = Clock::now();
    const auto left =
        task.deadline - now < task.max_time
            ? std::max(std::chrono::milliseconds(1),
                       std::chrono::duration_cast<std::chrono::milliseconds>(task.deadline - now))
            : task.max_time;
    return {.options = task.options, .time = left, .thresholds = task.thresholds};
}

}  // namespace

struct WorkerPool::Impl : std::enable_shared_from_this<WorkerPool::Impl> {
    Impl(asio::io_context& its_io, const WorkerSetup& setup, int count, int live_count)
        : io(its_io),
          size(static_cast<std::size_t>(count)),
          live_size(static_cast<std::size_t>(live_count)),
          crew(std::make_shared<WorkerCrew>(its_io, setup, size, [this] { hand_out(); })) {}

    // ---- waiting for a worker

    std::shared_ptr<WorkerProcess> lend(const std::string& client, std::size_t& lent) {
        auto worker = crew->lend(client);
        if (worker) ++lent;
        return worker;
    }

    // Hands idle workers to those who have waited longest.
    void hand_out() {
        while (!waiters.empty() && crew->any_idle() && busy < size) {
            Waiter& first = *waiters.front();
            first.worker = lend(first.client, busy);
            if (!first.worker) return;
            waiters.pop_front();
            first.woken.cancel();
        }
    }

    // For destructors: where a successor can't be made now, it is made with the next event.
    void take_back(const std::shared_ptr<WorkerProcess>& worker, std::size_t& lent,
                   bool may_go_on) noexcept {
        --lent;
        try {
            crew->take_back(worker, may_go_on);
            hand_out();
        } catch (...) {  // no memory or descriptors, not even to say so
        }
    }

    asio::awaitable<std::shared_ptr<WorkerProcess>> take(const std::string& client,
                                                         Clock::time_point deadline) {
        if (waiters.empty() && crew->any_idle() && busy < size)
            if (auto worker = lend(client, busy)) co_return worker;
        // Who has time waits until the files are back, or the service is started again.
        if (deadline != Clock::time_point::max()) crew->refuse_changed_models();
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
                    pool.take_back(waiter.worker, pool.busy, true);
            }
        } leave{*this, waiter, place};
        boost::system::error_code woken;
        co_await waiter.woken.async_wait(asio::redirect_error(use_awaitable, woken));
        if (crew->stopping()) throw Error(ErrorCode::shutting_down, "the service stops");
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
            asio::cancellation_type::none)
            throw Error(ErrorCode::cancelled, "nobody waits for the answer");
        if (!waiter.worker) {
            crew->refuse_changed_models();
            throw Error(ErrorCode::timeout, "no worker was free in time");
        }
        leave.taken = true;
        co_return waiter.worker;
    }

    // ---- one analysis

    // A worker at work: it goes back, or to its end, whatever becomes of the work.
    struct Lent {
        Impl& pool;
        std::shared_ptr<WorkerProcess> worker;
        std::size_t& count;  // what it is one of
        bool finished = false, well = false;
        ~Lent() {
            if (!finished) pool.crew->kill(*worker);
            pool.take_back(worker, count, well);
        }
    };

    asio::awaitable<std::optional<WorkerMessage>> ask(const std::shared_ptr<WorkerProcess>& worker,
                                                      const WorkerJob& job,
                                                      std::span<const int> descriptors,
                                                      const WhileAtWork& heard) {
        asio::steady_timer too_late(io, Clock::now() + job.time + kGrace);
        too_late.async_wait([this, worker](boost::system::error_code cancelled) {
            if (cancelled) return;
            worker->too_late = true;
            crew->kill(*worker);
        });
        auto message = co_await converse(*worker, job, descriptors, heard);
        if (message) co_return message;
        if (worker->babbled) crew->kill(*worker);
        too_late.cancel();
        // How did it end? The fork server will say, unless nobody listens any more.
        boost::system::error_code known;
        if (!worker->status && !worker->babbled && !crew->stopping()) {
            worker->ended.expires_after(kExitReportTime);
            co_await worker->ended.async_wait(asio::redirect_error(use_awaitable, known));
        }
        co_return std::nullopt;
    }

    // What came of it; nothing where the worker was lost.
    std::optional<json> outcome(Lent& lent, std::optional<WorkerMessage> message) const {
        if (crew->stopping()) throw Error(ErrorCode::shutting_down, "the service stops");
        if (message) {
            lent.finished = true;
            crew->note_work();
            // After an error it may not be what it was.
            auto* const done = std::get_if<Done>(&*message);
            lent.well = done != nullptr;
            if (done != nullptr) return std::move(done->analysis);
            const auto& failed = std::get<Failed>(*message);
            throw Error(failed.code, failed.detail);
        }
        crew->note_loss();
        spdlog::warn("a worker was lost at its work: {}", ending(*lent.worker));
        if (lent.worker->too_late)
            throw WorkerLost(ErrorCode::timeout, "the analysis hung and was ended");
        return std::nullopt;
    }

    asio::awaitable<json> analyze(WorkerTask task) {
        const auto self = shared_from_this();
        for (int crashes = 0, kills = 0;;) {
            const auto worker = co_await take(task.client, task.deadline);
            Lent lent{*this, worker, busy};
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

    void require_place_to_follow() const {
        if (live >= live_size)
            throw Error(ErrorCode::overloaded, "as many recordings are followed as may");
    }

    asio::awaitable<json> follow(LiveTask task) {
        const auto self = shared_from_this();
        crew->refuse_changed_models();
        require_place_to_follow();
        const auto worker = lend(task.client, live);
        if (!worker) throw Error(ErrorCode::overloaded, "there is no worker for it now");
        Lent lent{*this, worker, live};
        const std::array<int, 2> descriptors{task.video, task.more};
        // GCC 12 destroys twice what is made within a co_await.
        const WorkerJob job{.options = task.options,
                            .time = task.max_time,
                            .thresholds = task.thresholds,
                            .live = true};
        const WhileAtWork heard{.on_progress = {}, .on_verdict = task.on_verdict};
        auto message = co_await ask(worker, job, descriptors, heard);
        if (auto analysis = outcome(lent, std::move(message))) co_return std::move(*analysis);
        throw WorkerLost(
            killed_from_outside(*worker) ? ErrorCode::out_of_memory : ErrorCode::decoder_crashed,
            "its worker did not survive it: " + ending(*worker));
    }

    asio::io_context& io;
    const std::size_t size, live_size;
    std::list<Waiter*> waiters;
    std::size_t busy = 0, live = 0;
    std::shared_ptr<WorkerCrew> crew;  // last: it says when there is news
};

WorkerPool::WorkerPool(asio::io_context& io, const WorkerSetup& setup, int workers, int live)
    : impl_(std::make_shared<Impl>(io, setup, workers, live)) {
    asio::co_spawn(io, impl_->crew->tend(), asio::detached);
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

void WorkerPool::require_place_to_follow() const {
    impl_->require_place_to_follow();
}

void WorkerPool::give_up() {
    if (impl_->crew->stopping()) return;
    impl_->crew->stop();
    for (Waiter* const waiter : impl_->waiters) waiter->woken.cancel();
}

bool WorkerPool::ready() const {
    return impl_->crew->ready();
}

std::string WorkerPool::trouble() const {
    return impl_->crew->trouble();
}

const std::string& WorkerPool::model_digest() const {
    return impl_->crew->model_digest();
}

const json& WorkerPool::description() const {
    return impl_->crew->description();
}

void WorkerPool::require_model(const std::string& name) const {
    std::string names;
    for (const json& known : description().at("models")) {
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
            .live = static_cast<std::int64_t>(impl_->live),
            .lost = impl_->crew->lost()};
}

}  // namespace syncnet::service
