#include "media/reader.h"

extern "C" {
#include <libavutil/display.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>

#include "base/error.h"
#include "media/av.h"
#include "media/codecs.h"
#include "media/decoder.h"
#include "media/demuxer.h"
#include "media/ffmpeg_log.h"
#include "media/frame_clock.h"
#include "media/image_normalizer.h"
#include "media/orientation.h"
#include "media/sample_clock.h"
#include "media/time_code.h"
#include "media/work_limit.h"

namespace syncnet::media {
namespace {

constexpr std::size_t kMaxTagBytes = 64;  // of a text in the file that is told

constexpr std::int64_t kPeriodUs = AV_TIME_BASE / kFrameRate;
constexpr std::int64_t kRoundingUs = 4'000;  // of start times, which some containers give in ms
constexpr double kMaxPlausibleFps = 240;

// The time that becomes 0, whichever track is heard: the start of the video or of the favourite
// audio, whichever starts first, but at most one frame later
// so that the first image falls on the 25 fps grid. Else every frame of a 25 fps video that
// begins 39 ms after its audio would be seen 39 ms after it appeared, and the lips would seem late
// by as much. What this cuts off is the audio of less than a frame, before there is anything to
// see.
std::int64_t clock_zero(const AVStream& video, const AVStream* audio) {
    const auto video_us = to_us(video.start_time, video.time_base);
    const auto audio_us =
        audio == nullptr ? std::nullopt : to_us(audio->start_time, audio->time_base);
    if (!video_us || !audio_us) return video_us ? *video_us : audio_us.value_or(0);
    const std::int64_t lead = std::max<std::int64_t>(*video_us - *audio_us, 0);
    return *video_us - (lead + kRoundingUs) / kPeriodUs * kPeriodUs;
}

Orientation orientation_of(const AVStream& stream) {
    std::size_t bytes = 0;
    const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    if (data == nullptr) return {};
    return orientation_from_matrix(
        {reinterpret_cast<const std::int32_t*>(data), bytes / sizeof(std::int32_t)});
}

double nominal_fps(const AVStream& stream) {
    for (const AVRational rate : {stream.avg_frame_rate, stream.r_frame_rate}) {
        if (rate.num > 0 && rate.den > 0) return av_q2d(rate);
    }
    return 0;
}

// A file may say anything, at any length.
std::string tag(const AVDictionary* metadata, const char* name) {
    const auto* found = av_dict_get(metadata, name, nullptr, 0);
    return found == nullptr ? "" : std::string(found->value, strnlen(found->value, kMaxTagBytes));
}

// The image's own, else the file's, else that of any other stream (tapes had tracks for it).
std::string time_code_of(const AVFormatContext& format, const AVStream& video) {
    constexpr const char* kName = "timecode";
    if (std::string code = tag(video.metadata, kName); !code.empty()) return code;
    if (std::string code = tag(format.metadata, kName); !code.empty()) return code;
    for (const AVStream* stream : std::span(format.streams, format.nb_streams))
        if (std::string code = tag(stream->metadata, kName); !code.empty()) return code;
    return {};
}

AudioTrack describe(const AVStream& audio) {
    const AVCodecParameters& codec = *audio.codecpar;
    AudioTrack track{.codec = avcodec_get_name(codec.codec_id),
                     .sample_rate = codec.sample_rate,
                     .channels = codec.ch_layout.nb_channels,
                     .readable = allowed_decoder(codec.codec_id) != nullptr};
    // MP4 has to name one, and calls it "undetermined" where nobody has.
    if (std::string language = tag(audio.metadata, "language"); language != "und")
        track.language = std::move(language);
    AVChannelLayout layout = codec.ch_layout;
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, layout.nb_channels);
    std::array<char, 64> name{};
    if (av_channel_layout_describe(&layout, name.data(), name.size()) > 0)
        track.layout = name.data();
    const int centre = av_channel_layout_index_from_channel(&layout, AV_CHAN_FRONT_CENTER);
    if (centre >= 0 && track.channels > 2) track.centre = centre;
    return track;
}

Info describe(const Demuxer& demuxer) {
    const AVStream& video = demuxer.video();
    Info info;
    info.container = demuxer.container();
    info.video_codec = avcodec_get_name(video.codecpar->codec_id);
    info.width = video.codecpar->width;
    info.height = video.codecpar->height;
    info.fps = nominal_fps(video);
    info.frame_rate = exact_rate(info.fps);
    info.time_code = time_code_of(demuxer.container_format(), video);
    info.video_start_us = to_us(video.start_time, video.time_base).value_or(0);
    info.rotation = orientation_of(video).degrees_clockwise();
    info.seconds = demuxer.duration();
    for (const AVStream* stream : demuxer.audio_tracks()) {
        if (stream == demuxer.audio())
            info.audio_track = static_cast<int>(info.audio_tracks.size());
        info.audio_tracks.push_back(describe(*stream));
        info.audio_tracks.back().is_default = stream == demuxer.favourite();
    }
    if (info.audio_track)
        info.audio_codec = info.audio_tracks[static_cast<std::size_t>(*info.audio_track)].codec;
    return info;
}

}  // namespace

struct Reader::Impl {
    Impl(Source source, const Limits& limits_in, const Options& options)
        : limits(limits_in),
          // How much a recording that is going on will have is not known yet.
          work(limits, source.growing() ? limits.max_bytes : source.size(), options.check),
          demuxer(std::move(source), limits, options, work),
          info(describe(demuxer)),
          zero_us(clock_zero(demuxer.video(), demuxer.favourite())),
          orientation(orientation_of(demuxer.video())),
          video_decoder(demuxer.video(), options.threads, limits.max_pixels_per_frame),
          samples(limits),
          images_wanted(options.images) {
        info.zero_us = zero_us;
        if (demuxer.audio() != nullptr) {
            audio_decoder.emplace(*demuxer.audio(), 1, limits.max_pixels_per_frame);
        }
        work.pause();
    }

    std::optional<Item> next();
    bool decode();
    bool decode_image();
    bool decode_samples();
    void read_packet();
    Frame show(const FrameClock::Shown& shown);
    void check_time(double seconds) const;
    bool has_room_for_images() const;

    Limits limits;
    WorkLimit work;
    Demuxer demuxer;
    Info info;
    Damage damage;
    std::int64_t zero_us;
    Orientation orientation;

    Decoder video_decoder;
    std::optional<Decoder> audio_decoder;
    FrameClock images;
    SampleClock samples;
    ImageNormalizer normalizer;
    std::optional<Image> image;  // the one on show

    PacketPtr packet = make_packet();
    FramePtr frame = make_frame();
    std::int64_t next_image_us = 0;  // where an image without a timestamp goes
    std::int64_t total_pixels = 0;
    bool images_wanted;
    bool ended = false;     // no more packets
    bool finished = false;  // no more frames from the decoders either
};

std::optional<Item> Reader::Impl::next() {
    const Turn turn(work);
    for (;;) {
        work.require();
        if (const auto shown = images.pull()) {
            check_time(static_cast<double>(shown->index) / kFrameRate);
            return show(*shown);
        }
        if (auto piece = samples.pull()) {
            check_time(static_cast<double>(piece->first) / kSampleRate);
            return *piece;
        }
        if (decode()) continue;
        if (finished) break;
        if (ended) {
            images.finish();
            samples.finish();
            finished = true;
        } else {
            read_packet();
        }
    }
    if (images_wanted && total_pixels == 0) {
        if (!has_room_for_images()) throw std::bad_alloc();
        throw Error(ErrorCode::unreadable_video, "not one image could be decoded");
    }
    return std::nullopt;
}

// One frame from either decoder into its clock; false if both need a packet.
bool Reader::Impl::decode() {
    const auto errors = [this] {
        return video_decoder.errors() + (audio_decoder ? audio_decoder->errors() : 0);
    };
    const auto before = errors();
    const bool got = decode_image() || decode_samples();
    damage.packets += errors() - before;
    return got;
}

bool Reader::Impl::decode_image() {
    if (!video_decoder.receive(*frame)) return false;
    const std::int64_t pixels = std::int64_t{frame->width} * frame->height;
    total_pixels += pixels;
    if (total_pixels > limits.max_total_pixels) {
        throw Error(ErrorCode::too_much_video,
                    "more than " + std::to_string(limits.max_total_pixels) + " pixels in all");
    }
    const AVRational base = demuxer.video().time_base;
    const auto stamp = to_us(frame->best_effort_timestamp, base);
    const std::int64_t time_us = stamp ? *stamp - zero_us : next_image_us;
    std::int64_t duration_us = to_us(frame->pkt_duration, base).value_or(0);
    if (duration_us <= 0) {
        const bool plausible = info.fps >= 1 && info.fps <= kMaxPlausibleFps;
        duration_us = plausible ? std::llround(AV_TIME_BASE / info.fps) : kPeriodUs;
    }
    next_image_us = time_us + duration_us;
    check_time(static_cast<double>(time_us) / AV_TIME_BASE);
    images.push(*frame, time_us, duration_us);
    return true;
}

bool Reader::Impl::decode_samples() {
    if (!audio_decoder) return false;
    const auto errors = audio_decoder->errors();
    const bool got = audio_decoder->receive(*frame);
    if (audio_decoder->errors() != errors) samples.expect_gap();
    if (!got) return false;
    auto time_us = to_us(frame->pts, demuxer.audio()->time_base);
    if (time_us) {
        *time_us -= zero_us;
        check_time(static_cast<double>(*time_us) / AV_TIME_BASE);
    }
    samples.push(*frame, time_us);
    return true;
}

void Reader::Impl::read_packet() {
    const auto damaged = damage.packets;
    if (!demuxer.read(*packet, damage)) {
        ended = true;
        video_decoder.send(nullptr);
        if (audio_decoder) audio_decoder->send(nullptr);
        return;
    }
    if (damage.packets != damaged) samples.expect_gap();
    const bool is_video = packet->stream_index == demuxer.video().index;
    if (!is_video || images_wanted) (is_video ? video_decoder : *audio_decoder).send(packet.get());
    av_packet_unref(packet.get());
}

Frame Reader::Impl::show(const FrameClock::Shown& shown) {
    if (shown.frame == nullptr) return {shown.index, std::nullopt};
    if (shown.is_new) {
        // The stream's, unless it says nothing and the codec does.
        AVRational aspect = demuxer.video().sample_aspect_ratio;
        if (aspect.num == 0) aspect = shown.frame->sample_aspect_ratio;
        image = normalizer.normalize(*shown.frame, aspect, orientation);
    }
    return {shown.index, image};
}

// Some decoders call a lack of memory damage. A codec may hold up to 16 images; where not even
// these have room, memory is what was missing.
bool Reader::Impl::has_room_for_images() const {
    constexpr std::size_t kImages = 16;
    const auto bytes = static_cast<std::size_t>(info.width) *
                       static_cast<std::size_t>(info.height) * 3 / 2 * kImages;
    return std::unique_ptr<std::byte[]>(new (std::nothrow) std::byte[bytes]) != nullptr;
}

void Reader::Impl::check_time(double seconds) const {
    if (seconds > limits.max_seconds) {
        throw Error(ErrorCode::too_long,
                    "it goes on after " + std::to_string(limits.max_seconds) + " seconds");
    }
    work.require_time(seconds);
}

Reader::Reader(Source source, const Limits& limits, const Options& options) {
    silence_ffmpeg_once();
    impl_ = std::make_unique<Impl>(std::move(source), limits, options);
}

Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

const Info& Reader::info() const noexcept {
    return impl_->info;
}

std::optional<Item> Reader::next() {
    return impl_->next();
}

const Damage& Reader::damage() const noexcept {
    return impl_->damage;
}

}  // namespace syncnet::media
