#include "media/demuxer.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/error.h"
#include "media/codecs.h"

namespace syncnet::media {
namespace {

// A truncated mp4 fails at every packet beyond its end, while the other stream may go on.
constexpr int kMaxReadErrors = 16;

// What is read is bound to the time that it covers: some packets to begin with, and then as many as
// no image and no audio needs.
constexpr std::int64_t kFreePackets = 5'000;
constexpr double kMaxPacketsPerSecond = 1'000;

constexpr double kEarlyEndSeconds = 1.0;

std::string codec_name(const AVStream& stream) {
    return avcodec_get_name(stream.codecpar->codec_id);
}

}  // namespace

Demuxer::Demuxer(Source source, const Limits& limits, const Options& options, WorkLimit& work)
    : work_(work), container_(std::move(source), limits, work) {
    video_ = container_.choose(AVMEDIA_TYPE_VIDEO, -1);
    if (video_ == nullptr) throw Error(ErrorCode::no_video_stream, "the file contains no video");
    for (AVStream* stream : container_.streams())
        if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) audio_tracks_.push_back(stream);
    favourite_ = container_.choose(AVMEDIA_TYPE_AUDIO, video_->index);
    audio_ = favourite_;
    if (options.audio_track) {
        const auto wanted = static_cast<std::size_t>(*options.audio_track);
        if (*options.audio_track < 0 || wanted >= audio_tracks_.size())
            throw Error(ErrorCode::invalid_request,
                        "the file has " + std::to_string(audio_tracks_.size()) + " audio tracks");
        audio_ = audio_tracks_[wanted];
    }
    for (const AVStream* stream : {video_, audio_}) {
        if (stream != nullptr && allowed_decoder(stream->codecpar->codec_id) == nullptr) {
            throw Error(ErrorCode::unsupported_codec,
                        "the codec '" + codec_name(*stream) + "' is not supported");
        }
    }
    for (AVStream* stream : container_.streams()) {
        const bool wanted = stream == audio_ || (stream == video_ && options.images);
        if (!wanted) stream->discard = AVDISCARD_ALL;
    }
}

bool Demuxer::read(AVPacket& packet, Damage& damage) {
    int errors = 0;
    bool broken = false;  // the last packet: where nothing follows, it is the file that ends there
    for (;;) {
        av_packet_unref(&packet);
        const int status = av_read_frame(&container_.format(), &packet);
        work_.require();
        if (status == AVERROR_EOF || (status < 0 && ++errors > kMaxReadErrors)) {
            damage.truncated = errors > 0 || broken || container_.cut_off() || ends_early();
            return false;
        }
        if (status < 0) {
            ++damage.packets;
            continue;
        }
        errors = 0;
        if (packet.stream_index != video_->index &&
            (audio_ == nullptr || packet.stream_index != audio_->index)) {
            continue;  // a stream that appeared after the header
        }
        if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
            ++damage.packets;
            broken = true;
            continue;
        }
        mend(packet);
        return true;
    }
}

void Demuxer::mend(AVPacket& packet) {
    const bool is_video = packet.stream_index == video_->index;
    const AVRational base = is_video ? video_->time_base : audio_->time_base;
    forget_impossible_duration(packet, is_video ? *video_ : *audio_);
    const auto dts = to_us(packet.dts, base);
    if (!dts) return;
    const std::int64_t dts_us = *dts;
    const std::int64_t duration_us = to_us(packet.duration, base).value_or(0);
    std::int64_t correction_us = 0;
    if ((container_.format().iformat->flags & AVFMT_TS_DISCONT) != 0) {
        correction_us = mender_.correction(
            is_video ? TimestampMender::kVideo : TimestampMender::kAudio, dts_us, duration_us);
    }
    if (correction_us != 0) {
        const auto correction = av_rescale_q(correction_us, kMicroseconds, base);
        packet.dts += correction;
        if (packet.pts != AV_NOPTS_VALUE) packet.pts += correction;
    }
    last_us_ = std::max(last_us_, dts_us + correction_us + duration_us);
    require_progress(dts_us + correction_us);
}

void Demuxer::require_progress(std::int64_t packet_us) {
    first_us_ = std::min(first_us_.value_or(packet_us), packet_us);
    reached_us_ =
        std::max(reached_us_.value_or(packet_us), packet_us);  // whatever packets claim to last
    const double seconds = static_cast<double>(*reached_us_ - *first_us_) / AV_TIME_BASE;
    if (static_cast<double>(++packets_ - kFreePackets) > kMaxPacketsPerSecond * seconds)
        throw Error(ErrorCode::too_complex, std::to_string(packets_) + " packets last only " +
                                                std::to_string(seconds) + " s");
}

bool Demuxer::ends_early() const {
    const AVFormatContext& format = container_.format();
    if (format.duration_estimation_method != AVFMT_DURATION_FROM_STREAM) return false;
    const auto seconds = duration();
    // A longer stream that we do not read explains the difference.
    if (!seconds || format.nb_streams > (audio_ == nullptr ? 1U : 2U)) return false;
    const auto start_us = format.start_time == AV_NOPTS_VALUE ? 0 : format.start_time;
    return static_cast<double>(last_us_ - start_us) / AV_TIME_BASE < *seconds - kEarlyEndSeconds;
}

}  // namespace syncnet::media
