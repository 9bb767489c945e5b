#include "media/sample_clock.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace syncnet::media {
namespace {

constexpr int kMaxChannels = 64;
constexpr int kMaxSeparateChannels = 16;  // with more only the mix is made
constexpr int kSilencePiece = 16'384;     // source samples per pull()
constexpr double kJumpSeconds = 0.030;    // corrected at once
constexpr double kDriftSeconds = 0.010;   // corrected if it is so on average
constexpr double kMeanSeconds = 1.0;      // the average's time constant
constexpr double kTrustSeconds = 0.002;   // corrected at once where a gap is expected

std::int64_t to_samples(std::int64_t time_us, int rate) {
    return av_rescale(time_us, rate, 1'000'000);
}

AvPtr<SwrContext> make_resampler(const AVFrame& frame, AVChannelLayout layout,
                                 AVChannelLayout out) {
    SwrContext* raw = nullptr;
    const int status = swr_alloc_set_opts2(&raw, &out, AV_SAMPLE_FMT_FLTP, kSampleRate, &layout,
                                           static_cast<AVSampleFormat>(frame.format),
                                           frame.sample_rate, 0, nullptr);
    AvPtr<SwrContext> resampler(raw);
    if (status < 0) throw Error(ErrorCode::unsupported_codec, "unknown channel layout");
    const auto channels = static_cast<std::size_t>(layout.nb_channels);
    std::vector<double> matrix;
    if (out.nb_channels == 1 && layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        matrix.assign(channels, 1.0 / static_cast<double>(channels));
    } else if (layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        matrix.assign(channels * channels, 0.0);
        for (std::size_t i = 0; i < channels; ++i) matrix[i * (channels + 1)] = 1;
    }
    // As for integer formats: the sum of the weights is 1, so that stereo does not exceed [-1, 1].
    av_opt_set_double(resampler.get(), "rematrix_maxval", 1.0, 0);
    if (!matrix.empty()) swr_set_matrix(resampler.get(), matrix.data(), layout.nb_channels);
    if (swr_init(resampler.get()) < 0) {
        throw Error(ErrorCode::unsupported_codec, "the audio cannot be converted to 16 kHz");
    }
    return resampler;
}

// What each channel has in the mix of all: FFmpeg's weights for mono, which favour the centre.
std::vector<float> mix_weights(const AVChannelLayout& layout) {
    const auto channels = static_cast<std::size_t>(layout.nb_channels);
    const AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    // FFmpeg scales a matrix of as many channels as there can be, whatever it is asked for.
    std::vector<double> weights(std::size_t{kMaxChannels} * kMaxChannels);
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC ||
        swr_build_matrix2(&layout, &mono, M_SQRT1_2, M_SQRT1_2, 0, 1.0, 1.0, weights.data(),
                          kMaxChannels, AV_MATRIX_ENCODING_NONE, nullptr) < 0)
        weights.assign(channels, 1.0 / static_cast<double>(channels));
    return {weights.begin(), weights.begin() + layout.nb_channels};
}

}  // namespace

SampleClock::SampleClock(const Limits& limits) : limits_(limits), frame_(make_frame()) {}

void SampleClock::push(AVFrame& frame, std::optional<std::int64_t> time_us) {
    if (frame.sample_rate < limits_.min_sample_rate ||
        frame.sample_rate > limits_.max_sample_rate) {
        throw Error(ErrorCode::bad_sample_rate,
                    "the audio has " + std::to_string(frame.sample_rate) + " samples per second");
    }
    if (frame.ch_layout.nb_channels < 1 || frame.ch_layout.nb_channels > kMaxChannels) {
        throw Error(ErrorCode::unsupported_codec, "too many channels");
    }
    av_frame_unref(frame_.get());
    av_frame_move_ref(frame_.get(), &frame);
    time_us_ = time_us;
    has_frame_ = frame_->nb_samples > 0;
    placed_ = false;
}

std::optional<Samples> SampleClock::pull() {
    while (has_frame_) {
        if (!same_format(*frame_)) {
            if (resampler_ != nullptr) {
                if (auto tail = drain()) return tail;
            }
            configure(*frame_);
        }
        if (!placed_) place(*frame_);
        auto piece = silence_ > 0 ? feed_silence() : feed_frame();
        if (piece) return piece;
    }
    if (finished_ && resampler_ != nullptr) return drain();
    return std::nullopt;
}

bool SampleClock::same_format(const AVFrame& frame) const noexcept {
    return resampler_ != nullptr && frame.format == format_ && frame.sample_rate == rate_ &&
           frame.ch_layout.nb_channels == channels_;
}

void SampleClock::configure(const AVFrame& frame) {
    AVChannelLayout layout = frame.ch_layout;
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, layout.nb_channels);
    const AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    const bool apart = layout.nb_channels <= kMaxSeparateChannels;
    resampler_ = make_resampler(frame, layout, apart ? layout : mono);
    weights_ = apart ? mix_weights(layout) : std::vector<float>{1};
    buffers_.resize(weights_.size());
    format_ = static_cast<AVSampleFormat>(frame.format);
    rate_ = frame.sample_rate;
    channels_ = frame.ch_layout.nb_channels;
    fed_ = av_rescale(out_, rate_, kSampleRate);
    mean_drift_ = 0;

    const auto bytes = static_cast<std::size_t>(av_get_bytes_per_sample(format_)) * kSilencePiece *
                       static_cast<std::size_t>(channels_);
    const bool is_unsigned = format_ == AV_SAMPLE_FMT_U8 || format_ == AV_SAMPLE_FMT_U8P;
    quiet_.assign(bytes, is_unsigned ? 0x80 : 0);
}

// Decides how much silence comes before the frame or how much of it comes too late.
void SampleClock::place(const AVFrame& frame) {
    placed_ = true;
    skip_ = 0;
    silence_ = 0;
    if (!time_us_) return;
    const std::int64_t shift =
        correction(to_samples(*time_us_, rate_) - fed_, std::int64_t{frame.nb_samples});
    if (shift > 0) silence_ = shift;
    if (shift < 0) {
        skip_ = static_cast<int>(std::min<std::int64_t>(-shift, frame.nb_samples));
    }
}

// By how many samples to move a frame of `count` samples that is `drift` samples late.
std::int64_t SampleClock::correction(std::int64_t drift, std::int64_t count) {
    const double seconds = static_cast<double>(drift) / rate_;
    const double weight = std::min(1.0, static_cast<double>(count) / rate_ / kMeanSeconds);
    mean_drift_ += (seconds - mean_drift_) * weight;

    const double tolerance = !started_ ? 0 : gap_expected_ ? kTrustSeconds : kJumpSeconds;
    started_ = true;
    gap_expected_ = false;
    if (std::abs(seconds) > tolerance) {
        mean_drift_ = 0;
        return drift;
    }
    if (std::abs(mean_drift_) > kDriftSeconds) {
        return static_cast<std::int64_t>(std::llround(std::exchange(mean_drift_, 0.0) * rate_));
    }
    return 0;
}

std::optional<Samples> SampleClock::feed_silence() {
    const int count = static_cast<int>(std::min<std::int64_t>(silence_, kSilencePiece));
    silence_ -= count;
    std::array<const std::uint8_t*, kMaxChannels> planes;
    planes.fill(quiet_.data());
    return convert(planes.data(), count);
}

std::optional<Samples> SampleClock::feed_frame() {
    has_frame_ = false;
    const int count = frame_->nb_samples - skip_;
    if (count == 0) return std::nullopt;
    const bool planar = av_sample_fmt_is_planar(format_) != 0;
    const int plane_count = planar ? channels_ : 1;
    const std::ptrdiff_t step =
        std::ptrdiff_t{av_get_bytes_per_sample(format_)} * (planar ? 1 : channels_);
    std::array<const std::uint8_t*, kMaxChannels> planes = {};
    for (int i = 0; i < plane_count; ++i) {
        planes[static_cast<std::size_t>(i)] = frame_->extended_data[i] + skip_ * step;
    }
    return convert(planes.data(), count);
}

std::optional<Samples> SampleClock::drain() {
    auto tail = convert(nullptr, 0);
    resampler_.reset();
    return tail;
}

std::optional<Samples> SampleClock::convert(const std::uint8_t** planes, int count) {
    const int room = swr_get_out_samples(resampler_.get(), count);
    if (room < 0) throw Error(ErrorCode::internal, "the resampler failed");
    std::vector<std::uint8_t*> out;
    for (std::vector<float>& buffer : buffers_) {
        if (buffer.size() < static_cast<std::size_t>(room))
            buffer.resize(static_cast<std::size_t>(room));
        out.push_back(reinterpret_cast<std::uint8_t*>(buffer.data()));
    }
    const int made = swr_convert(resampler_.get(), out.data(), room, planes, count);
    if (made < 0) throw Error(ErrorCode::internal, "the resampler failed");
    fed_ += count;
    if (made == 0) return std::nullopt;
    const std::int64_t first = std::exchange(out_, out_ + made);
    const auto samples = static_cast<std::size_t>(made);
    // Written so that NaN, which a float stream may contain, becomes silence.
    for (std::vector<float>& buffer : buffers_)
        for (float& x : std::span(buffer).first(samples))
            x = x >= -1.0F ? std::min(x, 1.0F) : (x < -1.0F ? -1.0F : 0.0F);
    if (buffers_.size() == 1) return Samples{first, {buffers_.front().data(), samples}};
    spans_.clear();
    for (const std::vector<float>& buffer : buffers_) spans_.emplace_back(buffer.data(), samples);
    return Samples{first, mixed(samples), spans_};
}

std::span<const float> SampleClock::mixed(std::size_t count) {
    mix_.assign(count, 0.0F);
    for (std::size_t c = 0; c < weights_.size(); ++c)
        for (std::size_t i = 0; i < count; ++i) mix_[i] += weights_[c] * spans_[c][i];
    return mix_;
}

}  // namespace syncnet::media
