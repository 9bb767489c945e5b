#include "batch/runner.h"

#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"

namespace syncnet::batch {
namespace {

std::vector<Row> rows_for(const std::string& video, const pipeline::Analyzer& analyzer,
                          const RunOptions& options) {
    try {
        return rows_of(video, analyzer.analyze(media::Source::from_path(video), options.request()));
    } catch (const Error& e) {
        return {error_row(video, e.code(), e.what())};
    } catch (const std::bad_alloc&) {
        return {error_row(video, ErrorCode::out_of_memory, "there was not enough memory")};
    } catch (const std::exception& e) {
        return {error_row(video, ErrorCode::internal, e.what())};
    }
}

}  // namespace

void run(const pipeline::Analyzer& analyzer, const RunOptions& options, Results& results,
         const std::stop_token& stop, const std::function<void(const TakeName&)>& names,
         const TakeVideo& take) {
    BoundedQueue<std::string> queue(static_cast<std::size_t>(options.jobs));
    std::mutex writing;
    std::exception_ptr failure;

    const auto work = [&] {
        while (const auto video = queue.pop()) {
            if (stop.stop_requested()) break;
            const std::vector<Row> rows = rows_for(*video, analyzer, options);
            const std::lock_guard lock(writing);
            if (failure) break;
            try {
                if (options.wanted(rows)) results.write(rows);
                take(rows);
            } catch (...) {
                failure = std::current_exception();
            }
        }
        queue.close();  // nothing more is wanted: not to wait for room
    };
    {
        // However the names end, the workers do what is waiting before they go.
        struct Closing {
            BoundedQueue<std::string>& queue;
            ~Closing() { queue.close(); }
        };
        std::vector<std::jthread> workers;
        workers.reserve(static_cast<std::size_t>(options.jobs));
        for (int i = 0; i < options.jobs; ++i) workers.emplace_back(work);
        const Closing closing{queue};
        names([&](std::string video) {
            if (stop.stop_requested()) return false;
            return results.has(video) || queue.push(std::move(video));
        });
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace syncnet::batch
