// Where the HTTP thread sends what may have to wait for a disk: one thread, one thing at a time.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>
#include <utility>

#include "service/http.h"

namespace syncnet::service {

class Disk {
  public:
    // Runs `work` there and comes back with what it returns or throws. What `work` refers to must
    // live until then; it is done even if the coroutine is cancelled meanwhile.
    template <typename Work>
    asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
        co_return co_await asio::co_spawn(thread_, once(std::move(work)), asio::use_awaitable);
    }

    // Waits for what has been begun.
    void join() { thread_.join(); }

  private:
    template <typename Work>
    static asio::awaitable<std::invoke_result_t<Work&>> once(Work work) {
        co_return work();
    }

    asio::thread_pool thread_{1};
};

}  // namespace syncnet::service
