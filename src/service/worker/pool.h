// The service's side of its workers: keeps them alive, hands them videos, and lives through what
// the videos do to them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "service/worker/protocol.h"

namespace syncnet::service {

// An analysis that a worker did not survive, more than once: the video is to blame.
class WorkerLost : public Error {
  public:
    using Error::Error;
};

struct WorkerTask {
    int video = -1;      // a descriptor open for reading; the caller keeps it until it is answered
    std::string client;  // whose it is: no worker sees videos of two
    pipeline::VideoOptions options;
    score::Thresholds thresholds;
    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::time_point::max();  // of the answer, waiting for a worker
                                                       // included
    std::chrono::milliseconds max_time{0};             // of a worker's work
    // On the service's thread; may be empty.
    std::function<void()> on_start;           // a worker has it
    std::function<void(double)> on_progress;  // 0..1
};

// A recording that goes on (media::Source::from_growing).
struct LiveTask {
    int video = -1, more = -1;  // the caller keeps them until it is answered
    std::string client;
    pipeline::VideoOptions options;
    score::Thresholds thresholds;
    std::chrono::milliseconds max_time{0};  // from now on, waiting for the client included
    std::function<void(const nlohmann::json& verdict)> on_verdict;
};

// Only for the thread that runs `io`.
class WorkerPool {
  public:
    // Starts the fork server and waits until its models are loaded. Throws what loading them threw.
    // Recordings that go on have `live` workers of their own: these mostly wait.
    WorkerPool(boost::asio::io_context& io, const WorkerSetup& setup, int workers, int live);
    ~WorkerPool();  // workers end with it

    // Waits for a free worker, in the order of the calls. A worker that dies is replaced, and the
    // video is tried again by another; the second one that it kills is its last. Throws what the
    // analysis threw, timeout, WorkerLost (decoder_crashed, out_of_memory, timeout: a worker that
    // hung), models_changed, shutting_down. Cancelling the coroutine ends the worker.
    boost::asio::awaitable<nlohmann::json> analyze(WorkerTask task);

    // Throws overloaded, where follow() would.
    void require_place_to_follow() const;
    // At once, or throws overloaded. A worker that dies is the end of it: decoder_crashed,
    // out_of_memory, timeout; else throws as analyze() does.
    boost::asio::awaitable<nlohmann::json> follow(LiveTask task);

    // Ends what is being done, with shutting_down.
    void give_up();

    // False while workers can't be kept alive; `trouble` says why, as far as it is known.
    bool ready() const;
    std::string trouble() const;
    // Of the files that all workers' models come from: SHA-256, as pipeline::ModelFiles.
    const std::string& model_digest() const;
    // As pipeline::describe, and which parts of the "sandbox" are in force.
    const nlohmann::json& description() const;
    // Throws model_not_available. An empty name is the default model's.
    void require_model(const std::string& name) const;

    struct Counts {
        std::int64_t busy = 0, waiting = 0, live = 0;
        std::int64_t lost = 0;  // workers that died otherwise than by doing their work
    };
    Counts counts() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace syncnet::service
