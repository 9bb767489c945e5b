#include "evaluate/runner.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace syncnet::evaluate {
namespace {

// A clip for which new media are made costs about so many others; for the time that is left only.
constexpr double kMediaWork = 25;

class Work {
  public:
    explicit Work(const Evaluator& evaluator) : evaluator_(&evaluator) {}

    void plan(const Clip& clip) { left_ += cost(clip); }
    void finish(const Clip& clip) {
        left_ -= cost(clip);
        done_ += cost(clip);
    }
    double seconds_left() const {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        return done_ > 0 ? passed.count() / done_ * left_ : 0;
    }

  private:
    double cost(const Clip& clip) const { return evaluator_->is_media(clip) ? kMediaWork : 1; }

    const Evaluator* evaluator_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double done_ = 0, left_ = 0;
};

}  // namespace

std::vector<ClipRecord> run(Evaluator& evaluator, const std::vector<Clip>& clips, CasesFile& file,
                            int jobs, const std::stop_token& stop,
                            const std::function<void(const Progress&)>& on_progress) {
    std::unordered_map<std::string, ClipRecord> records;
    for (const ClipRecord& record : file.found()) records.emplace(record.path, record);
    std::vector<const Clip*> wanted;
    Work work(evaluator);
    Progress progress{.clips = clips.size()};
    for (const Clip& clip : clips)
        if (const auto found = records.find(clip.path); found != records.end()) {
            ++progress.done;
            progress.errors += found->second.error.empty() ? 0 : 1;
        } else {
            wanted.push_back(&clip);
            work.plan(clip);
        }

    std::atomic<std::size_t> next = 0;
    std::mutex writing;
    std::exception_ptr failure;
    const auto evaluate_some = [&] {
        while (!stop.stop_requested()) {
            const std::size_t i = next++;
            if (i >= wanted.size()) return;
            ClipRecord record = evaluator.evaluate(*wanted[i]);
            const std::lock_guard lock(writing);
            if (failure) return;
            try {
                file.write(record);
                work.finish(*wanted[i]);
                ++progress.done;
                progress.errors += record.error.empty() ? 0 : 1;
                progress.seconds_left = work.seconds_left();
                on_progress(progress);
                records.emplace(record.path, std::move(record));
            } catch (...) {
                failure = std::current_exception();
                return;
            }
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < jobs; ++i) workers.emplace_back(evaluate_some);
    }
    if (failure) std::rethrow_exception(failure);
    std::vector<ClipRecord> all;
    for (const Clip& clip : clips)
        if (const auto found = records.find(clip.path); found != records.end())
            all.push_back(std::move(found->second));
    return all;
}

}  // namespace syncnet::evaluate
