// Where the HTTP thread sends what may have to wait for a disk. What waits in one lane holds up no
// other: a database that is being written to does not stop look-ups, and neither stops uploads.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "service/http/http.h"

namespace syncnet::service {

class DiskLane {
    // What work returned or threw.
    template <typename Result>
    struct Outcome {
        std::exception_ptr failed;
        std::optional<std::conditional_t<std::is_void_v<Result>, std::monostate, Result>> result;

        template <typename Work>
        static Outcome of(Work& work) {
            Outcome outcome;
            try {
                if constexpr (std::is_void_v<Result>)
                    work();
                else
                    outcome.result.emplace(work());
            } catch (...) {
                outcome.failed = std::current_exception();
            }
            return outcome;
        }
    };

  public:
    explicit DiskLane(std::size_t threads) : threads_(threads) {}

    // Runs `work` there and comes back with what it returns or throws. What `work` refers to must
    // live until then; whoever cancels the coroutine waits for it.
    template <typename Work>
    asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        using Result = std::invoke_result_t<Work&>;
        auto outcome = co_await start<Outcome<Result>>(work);
        if (outcome.failed) std::rethrow_exception(outcome.failed);
        if constexpr (!std::is_void_v<Result>) co_return std::move(*outcome.result);
    }

    // The same where one can do without: nothing if it takes longer than `limit`. It is done all
    // the same, so `work` has to own what it refers to, or that has to live as long as the lane.
    template <typename Work>
    asio::awaitable<std::optional<std::invoke_result_t<Work&>>> run_within(
        std::chrono::milliseconds limit, Work work) {
        using Result = std::invoke_result_t<Work&>;
        struct Waiting {
            asio::steady_timer patience;
            Outcome<Result> outcome;
        };
        const auto home = co_await asio::this_coro::executor;
        const auto waiting =
            std::make_shared<Waiting>(Waiting{.patience = asio::steady_timer(home, limit)});
        asio::post(threads_, [home, waiting, work = std::move(work)]() mutable {
            asio::post(home, [waiting, outcome = Outcome<Result>::of(work)]() mutable {
                waiting->outcome = std::move(outcome);
                waiting->patience.cancel();
            });
        });
        boost::system::error_code woken;
        co_await waiting->patience.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (waiting->outcome.failed) std::rethrow_exception(waiting->outcome.failed);
        co_return std::move(waiting->outcome.result);
    }

    // Waits for what has been begun.
    void join() { threads_.join(); }

  private:
    // Not as a coroutine of the lane's: one that is cancelled before it has begun ends the program.
    template <typename Outcome, typename Work>
    asio::awaitable<Outcome> start(Work& work) {
        return asio::async_initiate<const asio::use_awaitable_t<>, void(Outcome)>(
            [this, &work](auto handler) {
                asio::post(threads_, [handler = std::move(handler), &work]() mutable {
                    const auto home = asio::get_associated_executor(handler);
                    asio::post(home, [handler = std::move(handler),
                                      outcome = Outcome::of(work)]() mutable {
                        std::move(handler)(std::move(outcome));
                    });
                });
            },
            asio::use_awaitable);
    }

    asio::thread_pool threads_;
};

struct Disk {
    DiskLane uploads{4};  // TMP_DIR, and what lies below UPLOAD_DIR
    DiskLane videos{2};   // of jobs, in STATE_DIR
    DiskLane reads{1};    // of its database
    DiskLane writes{1};   // of its database

    void join() {
        for (DiskLane* const lane : {&uploads, &videos, &reads, &writes}) lane->join();
    }
};

}  // namespace syncnet::service
