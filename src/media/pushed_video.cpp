#include "media/pushed_video.h"

extern "C" {
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "media/ffmpeg_log.h"

namespace syncnet::media {
namespace {

using std::chrono::microseconds;

constexpr double kMaxFps = 1000;
constexpr std::size_t kSamplesAtOnce = 16'384;

FramePtr audio_frame(std::span<const float> samples, int sample_rate) {
    FramePtr frame = make_frame();
    frame->format = AV_SAMPLE_FMT_FLT;
    frame->sample_rate = sample_rate;
    frame->nb_samples = static_cast<int>(samples.size());
    av_channel_layout_default(&frame->ch_layout, 1);
    if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
    std::memcpy(frame->data[0], samples.data(), samples.size_bytes());
    return frame;
}

Info describe(const PushedFormat& format) {
    Info info{.container = "frames",
              .video_codec = "rgb24",
              .width = format.width,
              .height = format.height,
              .fps = format.fps};
    if (format.sample_rate > 0) {
        info.audio_tracks.push_back({.codec = "pcm_f32le",
                                     .layout = "mono",
                                     .sample_rate = format.sample_rate,
                                     .channels = 1,
                                     .is_default = true,
                                     .readable = true});
        info.audio_track = 0;
        info.audio_codec = info.audio_tracks.front().codec;
    }
    return info;
}

}  // namespace

class PushedVideo::PushedStream final : public Stream {
  public:
    explicit PushedStream(PushedVideo& video) : video_(video), info_(describe(video.format_)) {}

    const Info& info() const noexcept override { return info_; }
    const Damage& damage() const noexcept override { return damage_; }
    void stop() noexcept override { video_.stop(); }

    std::optional<Item> next() override {
        auto item = video_.items_.pop();
        if (!item) {
            if (!any_image_ && video_.finished_)
                throw Error(ErrorCode::no_video_stream, "no frame was pushed");
            return std::nullopt;
        }
        if (item->samples.empty()) {
            any_image_ |= item->image.has_value();
            return Frame{item->frame, std::move(item->image)};
        }
        samples_ = std::move(item->samples);
        const auto count = static_cast<std::int64_t>(samples_.size());
        return Samples{.first = std::exchange(next_sample_, next_sample_ + count),
                       .mono = samples_};
    }

  private:
    PushedVideo& video_;
    Info info_;
    Damage damage_;
    std::vector<float> samples_;
    std::int64_t next_sample_ = 0;
    bool any_image_ = false;
};

PushedVideo::PushedVideo(const PushedFormat& format, const Limits& limits)
    : format_(format), limits_(limits), samples_(limits) {
    silence_ffmpeg_once();
    if (format.width <= 0 || format.height <= 0)
        throw Error(ErrorCode::invalid_request, "frames have a width and a height above 0");
    if (std::int64_t{format.width} * format.height > limits.max_pixels_per_frame)
        throw Error(ErrorCode::too_many_pixels, std::to_string(format.width) + " x " +
                                                    std::to_string(format.height) + " pixels");
    if (!(format.fps > 0 && format.fps <= kMaxFps))
        throw Error(ErrorCode::invalid_request, "the frame rate must be above 0, and at most 1000");
    if (format.sample_rate != 0 && (format.sample_rate < limits.min_sample_rate ||
                                    format.sample_rate > limits.max_sample_rate))
        throw Error(ErrorCode::bad_sample_rate,
                    "the audio has " + std::to_string(format.sample_rate) + " samples per second");
}

void PushedVideo::check_time(microseconds time) const {
    if (std::chrono::duration<double>(time).count() > limits_.max_seconds)
        throw Error(ErrorCode::too_long,
                    "it goes on after " + std::to_string(limits_.max_seconds) + " seconds");
}

bool PushedVideo::push(const RgbView& rgb, std::optional<microseconds> time) {
    if (rgb.width != format_.width || rgb.height != format_.height)
        throw Error(ErrorCode::invalid_request,
                    "a frame of " + std::to_string(rgb.width) + " x " + std::to_string(rgb.height) +
                        " pixels, where " + std::to_string(format_.width) + " x " +
                        std::to_string(format_.height) + " were announced");
    const double period_us = AV_TIME_BASE / format_.fps;
    const microseconds shown =
        time.value_or(microseconds(std::llround(static_cast<double>(frames_) * period_us)));
    if (shown < microseconds(0) || (frames_ > 0 && shown <= last_))
        throw Error(ErrorCode::invalid_request, "frames come in the order of time, from 0 on");
    check_time(shown);
    ++frames_;
    last_ = shown;
    const FramePtr frame = rgb_frame(rgb, pool_);
    images_.push(*frame, shown.count(), std::llround(period_us));
    return hand_out_images();
}

bool PushedVideo::push(std::span<const float> samples) {
    if (format_.sample_rate == 0)
        throw Error(ErrorCode::invalid_request, "samples came, and no sample rate was announced");
    while (!samples.empty()) {
        const auto piece = samples.first(std::min(samples.size(), kSamplesAtOnce));
        samples = samples.subspan(piece.size());
        pushed_samples_ += std::ssize(piece);
        check_time(microseconds(pushed_samples_ * AV_TIME_BASE / format_.sample_rate));
        const FramePtr frame = audio_frame(piece, format_.sample_rate);
        samples_.push(*frame, std::nullopt);
        if (!hand_out_samples()) return false;
    }
    return true;
}

void PushedVideo::finish() {
    images_.finish();
    samples_.finish();
    if (hand_out_images()) hand_out_samples();
    finished_ = true;
    items_.close();
}

std::unique_ptr<Stream> PushedVideo::stream() {
    return std::make_unique<PushedStream>(*this);
}

bool PushedVideo::hand_out_images() {
    while (const auto shown = images_.pull()) {
        if (shown->is_new && shown->frame != nullptr)
            image_ = normalizer_.normalize(*shown->frame, {1, 1}, {});
        Held held{.frame = shown->index};
        if (shown->frame != nullptr) held.image = image_;
        if (!items_.push(std::move(held))) return false;
    }
    return true;
}

bool PushedVideo::hand_out_samples() {
    while (const auto piece = samples_.pull())
        if (!items_.push({.samples = {piece->mono.begin(), piece->mono.end()}})) return false;
    return true;
}

}  // namespace syncnet::media
