#include "pipeline/decoding.h"

#include <utility>

#include "base/error.h"

namespace syncnet::pipeline {

Decoding::Decoding(const media::OpenStream& open, media::Options options,
                   const Listener::Options& listening, std::function<void()> check)
    : check_(std::move(check)), listener_({}, listening) {
    options.check = [this] {
        // Whoever has had enough doesn't wait for a recording that goes on.
        if (given_up_) throw Error(ErrorCode::cancelled, "the rest is not wanted");
        check_();
    };
    stream_ = open(options);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Decoding::~Decoding() {
    given_up_ = true;
    frames_.close();
    stream_->stop();
}

std::optional<media::Frame> Decoding::next_frame() {
    if (auto frame = frames_.pop()) return frame;
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
}

HeardAudio Decoding::audio_so_far() const {
    const std::lock_guard lock(mutex_);
    const sync::AudioFrames frames = listener_.frames();
    return {.log_mel = {frames.log_mel.begin(), frames.log_mel.end()},
            .mfcc = {frames.mfcc.begin(), frames.mfcc.end()}};
}

void Decoding::run(const std::stop_token& stop) {
    try {
        while (!stop.stop_requested()) {
            // Here too: a file may have hours of audio behind its last image.
            check_();
            auto item = stream_->next();
            if (!item) break;
            if (auto* frame = std::get_if<media::Frame>(&*item)) {
                if (!frames_.push(std::move(*frame))) return;
            } else {
                const std::lock_guard lock(mutex_);
                listener_.push(std::get<media::Samples>(*item));
            }
        }
        const std::lock_guard lock(mutex_);
        listener_.finish();
    } catch (...) {
        failure_ = std::current_exception();
    }
    frames_.close();
}

}  // namespace syncnet::pipeline
