// The worker processes: made by the fork server, lent, taken back, and replaced when they or it
// die.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "service/worker/fork_server_process.h"
#include "service/worker/worker_process.h"

namespace syncnet::service {

// Only for the thread that runs `io`.
class WorkerCrew : public std::enable_shared_from_this<WorkerCrew> {
  public:
    // Keeps `size` workers ready that have seen no video. `on_news` is called whenever there may be
    // one to lend that there was not. Starts the fork server and waits until its models are loaded;
    // throws what loading them threw.
    WorkerCrew(boost::asio::io_context& io, const WorkerSetup& setup, std::size_t size,
               std::function<void()> on_news);

    // Hears what the fork server reports, as long as the service lives.
    boost::asio::awaitable<void> tend();
    void stop();  // ends them all
    bool stopping() const { return stopping_; }

    bool any_idle() const { return !idle_.empty(); }
    // One that knows this client's videos only, or none; nothing where there can't be one now.
    std::shared_ptr<WorkerProcess> lend(const std::string& client);
    // To be lent again, if it `may_go_on`; else it ends.
    void take_back(const std::shared_ptr<WorkerProcess>& worker, bool may_go_on);
    void kill(const WorkerProcess& worker) noexcept;
    // Work was done: whatever they died of before is over.
    void note_work() { idle_deaths_ = 0; }
    void note_loss() { ++lost_; }

    // Throws models_changed, if that is why there are none.
    void refuse_changed_models() const;
    bool ready() const;
    std::string trouble() const;
    const std::string& model_digest() const { return setup_.model_digest; }
    const nlohmann::json& description() const { return description_; }
    std::int64_t lost() const { return lost_; }

  private:
    void begin_fork_server();
    std::shared_ptr<WorkerProcess> spawn();
    void refill();
    void tell_news();
    void end_of(std::uint64_t token, int status);
    boost::asio::awaitable<void> rest();
    void note_trouble(const nlohmann::json& report);
    boost::asio::awaitable<void> replace_fork_server();

    boost::asio::io_context& io_;
    WorkerSetup setup_;
    std::size_t size_;
    std::function<void()> on_news_;
    std::unique_ptr<ForkServerProcess> fork_server_;
    boost::asio::posix::stream_descriptor reports_;
    boost::asio::steady_timer pause_, shortage_;
    nlohmann::json description_;
    std::map<std::uint64_t, std::shared_ptr<WorkerProcess>> workers_;  // all that live
    std::deque<std::shared_ptr<WorkerProcess>> idle_;
    std::uint64_t next_token_ = 1;
    int idle_deaths_ = 0;
    std::int64_t lost_ = 0;
    bool fork_server_ready_ = false;
    std::optional<Error> trouble_;  // of the last fork server, while there is no other
    bool stopping_ = false;
};

}  // namespace syncnet::service
