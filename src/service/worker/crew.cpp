#include "service/worker/crew.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <utility>

namespace syncnet::service {
namespace asio = boost::asio;

namespace {

using asio::use_awaitable;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

// Idle workers that die one after the other are replaced more and more slowly.
constexpr int kWorrying = 5;
constexpr auto kFirstPause = std::chrono::milliseconds(20);
constexpr auto kLongestPause = std::chrono::seconds(5);
// Where there is nothing to make a worker of, until it is tried again.
constexpr auto kShortage = std::chrono::seconds(1);

bool is_fresh(const std::shared_ptr<WorkerProcess>& worker) {
    return worker->videos == 0;
}

bool is_used(const std::shared_ptr<WorkerProcess>& worker) {
    return !is_fresh(worker);
}

// It ends when it hears nothing more.
void dismiss(WorkerProcess& worker) {
    boost::system::error_code ignored;
    worker.socket.close(ignored);
}

}  // namespace

WorkerCrew::WorkerCrew(asio::io_context& io, const WorkerSetup& setup, std::size_t size,
                       std::function<void()> on_news)
    : io_(io),
      setup_(setup),
      size_(size),
      on_news_(std::move(on_news)),
      reports_(io),
      pause_(io),
      shortage_(io) {
    begin_fork_server();
    const json first = fork_server_->report(true).value_or(json::object());
    require_ready(first);
    description_ = first.at("ready");
    description_["sandbox"] = first.at("sandbox");
    setup_.model_digest = first.at("model_digest");  // from now on, no other
    fork_server_ready_ = true;
    refill();
}

void WorkerCrew::begin_fork_server() {
    fork_server_ = std::make_unique<ForkServerProcess>(setup_);
    reports_.assign(::dup(fork_server_->socket()));
}

// ---- the workers

// Nothing where there are no descriptors for it, say; it is tried again a little later.
std::shared_ptr<WorkerProcess> WorkerCrew::spawn() {
    const std::uint64_t token = next_token_++;
    try {
        auto worker = std::make_shared<WorkerProcess>(io_, token, fork_server_->spawn(token));
        workers_[token] = worker;
        return worker;
    } catch (const std::exception& e) {
        spdlog::error("a worker can't be made now: {}", e.what());
    }
    shortage_.expires_after(kShortage);
    shortage_.async_wait([self = weak_from_this()](boost::system::error_code cancelled) {
        const auto crew = self.lock();
        if (cancelled || !crew) return;
        crew->refill();
        crew->tell_news();
    });
    return nullptr;
}

void WorkerCrew::tell_news() {
    if (!stopping_) on_news_();
}

// As many that have seen no video as there may be at work.
void WorkerCrew::refill() {
    if (!fork_server_ready_ || stopping_) return;
    for (auto fresh = std::ranges::count_if(idle_, is_fresh);
         fresh < static_cast<std::ptrdiff_t>(size_); ++fresh) {
        auto worker = spawn();
        if (!worker) return;
        idle_.push_back(std::move(worker));
    }
}

std::shared_ptr<WorkerProcess> WorkerCrew::lend(const std::string& client) {
    auto found = std::ranges::find_if(
        idle_, [&](const auto& w) { return is_used(w) && w->client == client; });
    if (found == idle_.end()) found = std::ranges::find_if(idle_, is_fresh);
    if (found == idle_.end()) {
        auto made = spawn();
        if (!made) return nullptr;
        idle_.push_back(std::move(made));
        found = std::prev(idle_.end());
    }
    auto worker = std::move(*found);
    idle_.erase(found);
    worker->busy = true;
    worker->client = client;
    ++worker->videos;
    refill();  // another is made while it works
    return worker;
}

void WorkerCrew::take_back(const std::shared_ptr<WorkerProcess>& worker, bool may_go_on) {
    worker->busy = false;
    if (!may_go_on || worker->videos >= setup_.videos_per_worker || worker->status || stopping_) {
        dismiss(*worker);
        return;
    }
    idle_.push_back(worker);
    if (std::ranges::count_if(idle_, is_used) > static_cast<std::ptrdiff_t>(size_)) {
        const auto oldest = std::ranges::find_if(idle_, is_used);
        dismiss(**oldest);
        idle_.erase(oldest);
    }
}

void WorkerCrew::kill(const WorkerProcess& worker) noexcept {
    if (fork_server_ && !worker.status) fork_server_->kill(worker.token);
}

void WorkerCrew::refuse_changed_models() const {
    if (trouble_ && trouble_->code() == ErrorCode::models_changed) throw Error(*trouble_);
}

bool WorkerCrew::ready() const {
    return fork_server_ready_ && idle_deaths_ < kWorrying;
}

std::string WorkerCrew::trouble() const {
    return trouble_ ? std::string(trouble_->info().title) : "workers can't be kept alive";
}

void WorkerCrew::stop() {
    if (std::exchange(stopping_, true)) return;
    boost::system::error_code ignored;
    reports_.close(ignored);
    pause_.cancel();
    shortage_.cancel();
    for (const auto& [token, worker] : workers_) {
        kill(*worker);
        worker->ended.cancel();
    }
}

// ---- what the fork server reports

asio::awaitable<void> WorkerCrew::tend() {
    const auto self = shared_from_this();
    refill();  // what could not be made at first
    while (!stopping_) {
        boost::system::error_code failed;
        co_await reports_.async_wait(asio::posix::stream_descriptor::wait_read,
                                     asio::redirect_error(use_awaitable, failed));
        if (failed || stopping_) co_return;
        const auto report = fork_server_->report(false);
        if (!report) continue;
        if (report->contains("exited")) {
            end_of(report->at("exited"), report->at("status"));
        } else if (report->contains("ready")) {
            fork_server_ready_ = true;
            trouble_.reset();
            idle_deaths_ = std::min(idle_deaths_, kWorrying - 1);  // ready, until the next one
            refill();
            tell_news();
        } else {
            note_trouble(*report);
            co_await replace_fork_server();
            continue;
        }
        if (idle_deaths_ > 0 && idle_.size() < size_) {
            co_await rest();
            refill();
            tell_news();
        }
    }
}

void WorkerCrew::end_of(std::uint64_t token, int status) {
    const auto found = workers_.find(token);
    if (found == workers_.end()) return;
    const auto worker = found->second;
    workers_.erase(found);
    worker->status = status;
    worker->ended.cancel();
    if (worker->busy || std::erase(idle_, worker) == 0) return;
    ++lost_;
    spdlog::warn("an idle worker was lost: {}", ending(*worker));
    ++idle_deaths_;
}

asio::awaitable<void> WorkerCrew::rest() {
    const auto longer = kFirstPause * (1 << std::min(idle_deaths_, 10));
    pause_.expires_after(std::min<Clock::duration>(longer, kLongestPause));
    boost::system::error_code woken;
    co_await pause_.async_wait(asio::redirect_error(use_awaitable, woken));
}

void WorkerCrew::note_trouble(const json& report) {
    try {
        require_ready(report);
    } catch (const Error& e) {
        trouble_ = e;
        spdlog::error("there are no workers: {}: {}. {}", e.info().title, e.what(), e.info().hint);
    }
}

// All its workers went with it.
asio::awaitable<void> WorkerCrew::replace_fork_server() {
    fork_server_ready_ = false;
    ++lost_;
    ++idle_deaths_;
    reports_.close();
    fork_server_.reset();
    idle_.clear();
    for (const auto& [token, worker] : std::exchange(workers_, {})) {
        worker->status = SIGKILL;
        worker->ended.cancel();
    }
    co_await rest();
    while (!stopping_) {
        try {
            begin_fork_server();
            break;
        } catch (const std::exception& e) {
            spdlog::error("workers can't be made now: {}", e.what());
        }
        ++idle_deaths_;
        co_await rest();
    }
}

}  // namespace syncnet::service
