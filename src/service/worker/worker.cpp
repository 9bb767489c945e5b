#include "service/worker/worker.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <system_error>

#include "pipeline/verdict_so_far.h"
#include "report/review.h"
#include "report/summary.h"
#include "service/worker/protocol.h"
#include "service/worker/unix_socket.h"

namespace syncnet::service {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kProgressInterval = std::chrono::milliseconds(200);

void say(int socket, const WorkerMessage& message) {
    send_all(socket, frame(to_json(message)));
}

struct Task {
    WorkerJob job;
    UniqueFd video, more;
};

// Ends the process where there is none: nothing is tidied up, all that it has is gone at once.
Task take_task(int socket) {
    std::string text;
    UniqueFd video, more;
    while (text.size() < kFrameHeaderBytes ||
           text.size() <
               kFrameHeaderBytes + frame_length(std::span(text).first<kFrameHeaderBytes>())) {
        auto piece = receive(socket, kMaxJobBytes);
        if (!piece) continue;
        if (piece->bytes.empty()) ::_exit(0);
        text += piece->bytes;
        if (piece->attached[0]) video = std::move(piece->attached[0]);
        if (piece->attached[1]) more = std::move(piece->attached[1]);
    }
    return {parse_job(std::string_view(text).substr(kFrameHeaderBytes)), std::move(video),
            std::move(more)};
}

WorkerMessage out_of_memory() {
    return Failed{ErrorCode::out_of_memory, "the video needs more memory than a worker may take"};
}

// Of a video that came without a name.
constexpr std::string_view kNameless = "VIDEO";

WorkerMessage done(pipeline::Analysis analysis, const pipeline::VideoOptions& options) {
    nlohmann::json told = pipeline::to_json(analysis);
    if (options.report)
        told["report"] = report::to_json(report::review(
            kNameless, std::move(analysis), *options.report, pipeline::to_flags(options)));
    return Done{std::move(told)};
}

WorkerMessage answer(int socket, const pipeline::Analyzer& analyzer) {
    try {
        const Task task = take_task(socket);
        auto next = Clock::now() + kProgressInterval;
        pipeline::Request request = pipeline::to_request(task.job.options);
        request.thresholds = task.job.thresholds;
        request.deadline = Clock::now() + task.job.time;
        request.on_progress = [&](double done) {
            if (Clock::now() < next) return;
            next = Clock::now() + kProgressInterval;
            say(socket, Progress{done});
        };
        if (!task.job.live)
            return done(analyzer.analyze(media::Source::from_fd(task.video.get()), request),
                        task.job.options);
        request.on_verdict = [&](const pipeline::Analysis& so_far) {
            say(socket, SoFar{pipeline::verdict_so_far(so_far)});
        };
        return done(analyzer.analyze(media::Source::from_growing(task.video.get(), task.more.get()),
                                     request),
                    task.job.options);
    } catch (const Error& e) {
        return Failed{e.code(), e.what()};
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::system_error& e) {
        // No room for a thread's stack.
        if (e.code() == std::errc::resource_unavailable_try_again) return out_of_memory();
        return Failed{ErrorCode::internal, e.what()};
    } catch (const std::exception& e) {
        return Failed{ErrorCode::internal, e.what()};
    }
}

}  // namespace

void work(int socket, const pipeline::Analyzer& analyzer, const WorkerLimits& limits) noexcept {
    give_up_system_calls(limits);
    // The service says when it is enough, by hanging up.
    for (;;) say(socket, answer(socket, analyzer));
}

}  // namespace syncnet::service
