#include "syncnet/feed.h"

#include <functional>
#include <future>
#include <stop_token>
#include <thread>
#include <utility>

#include "api/analyzer_impl.h"
#include "api/to_request.h"
#include "api/to_result.h"
#include "base/error.h"
#include "media/pushed_video.h"

namespace syncnet {

struct Feed::Impl {
    Impl(std::shared_ptr<const Analyzer::Impl> shared, const FeedFormat& format,
         const Request& request);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // What the analysis failed with.
    [[noreturn]] void fail();

    FeedFormat format;
    std::shared_ptr<const Analyzer::Impl> analyzer;
    media::PushedVideo video;
    std::stop_source stop;
    // Whoever asked to stop may be waiting in no push: the analysis is.
    std::stop_callback<std::function<void()>> asked;
    std::promise<Result> promise;
    std::shared_future<Result> result = promise.get_future().share();
    bool finished = false;
    std::jthread worker;  // last: it must end before what it uses goes
};

Feed::Impl::Impl(std::shared_ptr<const Analyzer::Impl> shared, const FeedFormat& format_in,
                 const Request& request)
    : format(format_in),
      analyzer(std::move(shared)),
      video({.width = format.width,
             .height = format.height,
             .fps = format.fps,
             .sample_rate = format.sample_rate},
            analyzer->limits),
      asked(request.stop, [this] {
          stop.request_stop();
          video.stop();
      }) {
    pipeline::Request wanted = api::to_request(request);
    wanted.stop = stop.get_token();
    worker = std::jthread([this, wanted = std::move(wanted)] {
        try {
            promise.set_value(api::to_result(analyzer->analyzer.analyze(
                [this](const media::Options&) { return video.stream(); }, wanted)));
        } catch (...) {
            promise.set_exception(std::current_exception());
        }
        video.stop();  // a push waits no longer
    });
}

Feed::Impl::~Impl() {
    stop.request_stop();
    video.stop();
}

void Feed::Impl::fail() {
    result.get();
    throw Error(ErrorCode::invalid_request, "the feed is finished");
}

Feed Analyzer::feed(const FeedFormat& format, const Request& request) const {
    return Feed(std::make_unique<Feed::Impl>(impl_, format, request));
}

Feed::Feed(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Feed::Feed(Feed&&) noexcept = default;
Feed& Feed::operator=(Feed&&) noexcept = default;
Feed::~Feed() = default;

void Feed::push_frame(std::span<const std::uint8_t> rgb, std::size_t stride,
                      std::optional<std::chrono::microseconds> time) {
    const FeedFormat& format = impl_->format;
    const std::size_t row = stride == 0 ? 3 * static_cast<std::size_t>(format.width) : stride;
    if (impl_->finished || !impl_->video.push({rgb, format.width, format.height, row}, time))
        impl_->fail();
}

void Feed::push_samples(std::span<const float> samples) {
    if (impl_->finished || !impl_->video.push(samples)) impl_->fail();
}

Result Feed::finish() {
    if (!std::exchange(impl_->finished, true)) impl_->video.finish();
    return impl_->result.get();
}

}  // namespace syncnet
