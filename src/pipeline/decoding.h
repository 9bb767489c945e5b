// A video decoded on a thread of its own: its images in a queue, its audio through the models'
// front ends.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "media/stream.h"
#include "pipeline/listener.h"

namespace syncnet::pipeline {

// The audio that has been decoded, copied: more may come.
struct HeardAudio {
    std::vector<audio::MelFrame> log_mel;
    std::vector<audio::MfccFrame> mfcc;

    sync::AudioFrames frames() const { return {.log_mel = log_mel, .mfcc = mfcc}; }
};

class Decoding {
  public:
    // `check` is called now and then, on the decoding thread: what it throws ends the decoding.
    Decoding(const media::OpenStream& open, media::Options options,
             const Listener::Options& listening, std::function<void()> check);
    ~Decoding();
    Decoding(const Decoding&) = delete;
    Decoding& operator=(const Decoding&) = delete;

    const media::Info& info() const { return stream_->info(); }

    // Throws what the stream threw.
    std::optional<media::Frame> next_frame();

    // At any time.
    HeardAudio audio_so_far() const;

    // Once next_frame() has returned nothing.
    const Listener& listener() const { return listener_; }
    const media::Damage& damage() const { return stream_->damage(); }

  private:
    // Images decoded ahead: enough to keep both threads busy, few enough to hold in memory.
    static constexpr std::size_t kFramesAhead = 8;

    void run(const std::stop_token& stop);

    std::function<void()> check_;
    std::atomic<bool> given_up_ = false;
    std::unique_ptr<media::Stream> stream_;
    mutable std::mutex mutex_;  // of the listener, as long as the thread runs
    Listener listener_;
    BoundedQueue<media::Frame> frames_{kFramesAhead};
    std::exception_ptr failure_;  // written before the queue is closed, read after
    std::jthread thread_;         // last: it must end before what it uses goes
};

}  // namespace syncnet::pipeline
