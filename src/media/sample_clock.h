// Audio of any rate and layout to 16 kHz without holes, each channel alone and all together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/av.h"
#include "media/reader.h"

namespace syncnet::media {

// Places decoded audio on the clock. Timestamps jitter (webm rounds them to milliseconds, AVI makes
// them up), so samples are counted, and the timestamps only say when the count has gone wrong: at
// once if by a lot, after a while if by a little.
//
// Gaps and overlaps are mended before the resampler, which therefore sees one continuous stream
// that begins at time 0: its output sample n is the audio at n / 16000 s, without any delay to
// subtract.
class SampleClock {
  public:
    explicit SampleClock(const Limits& limits);

    // Takes the frame's contents. Only after pull() has returned nothing. No time: it follows the
    // previous frame. Throws bad_sample_rate.
    void push(AVFrame& frame, std::optional<std::int64_t> time_us);

    // Something was lost: the next timestamp is to be believed.
    void expect_gap() noexcept { gap_expected_ = true; }

    // No more audio.
    void finish() noexcept { finished_ = true; }

    // In pieces of bounded length. Throws unsupported_codec if the audio cannot be converted.
    std::optional<Samples> pull();

  private:
    bool same_format(const AVFrame& frame) const noexcept;
    void configure(const AVFrame& frame);
    void place(const AVFrame& frame);
    std::int64_t correction(std::int64_t drift, std::int64_t count);
    std::optional<Samples> feed_silence();
    std::optional<Samples> feed_frame();
    std::optional<Samples> drain();
    std::optional<Samples> convert(const std::uint8_t** planes, int count);
    std::span<const float> mixed(std::size_t count);

    Limits limits_;
    AvPtr<SwrContext> resampler_;
    AVSampleFormat format_ = AV_SAMPLE_FMT_NONE;
    int channels_ = 0;
    int rate_ = 0;

    FramePtr frame_;  // being converted
    bool has_frame_ = false;
    bool placed_ = false;
    std::optional<std::int64_t> time_us_;
    int skip_ = 0;              // of frame_'s samples
    std::int64_t silence_ = 0;  // samples still to be put before frame_

    std::int64_t fed_ = 0;  // source samples since time 0, at rate_
    std::int64_t out_ = 0;  // 16 kHz samples handed out
    double mean_drift_ = 0;
    bool started_ = false;
    bool gap_expected_ = false;
    bool finished_ = false;

    std::vector<std::uint8_t> quiet_;
    std::vector<float> weights_;                 // of the channels in the mix; one: it is mono
    std::vector<std::vector<float>> buffers_;    // of the channels
    std::vector<std::span<const float>> spans_;  // of the buffers
    std::vector<float> mix_;
};

}  // namespace syncnet::media
