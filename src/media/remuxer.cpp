#include "media/remuxer.h"

extern "C" {
#include <libavutil/avstring.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/container.h"
#include "media/muxer.h"
#include "media/output_format.h"
#include "media/stretched_audio.h"

namespace syncnet::media {
namespace {

constexpr std::int64_t kMaxJumpUs = 10'000'000;
constexpr int kMaxReadErrors = 16;  // one after the other

const OutputFormat& format_named(const std::filesystem::path& to) {
    const std::string ending = to.extension().string();
    if (const auto* format = output_format(ending)) return *format;
    if (ending == ".avi")
        throw Error(ErrorCode::wrong_container,
                    "avi has no times by which audio could be moved; .mkv holds the same streams");
    throw Error(ErrorCode::wrong_container,
                "'" + ending + "' is not one of .mkv .mp4 .m4v .mov .webm .ts .mpg");
}

// Chapters and time codes are streams of their own in mp4; a muxer writes them anew.
bool is_written_anew(const AVStream& stream) {
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_DATA) return false;
    return stream.discard == AVDISCARD_ALL ||
           stream.codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd');
}

std::string name_of(const AVStream& stream) {
    const char* kind = av_get_media_type_string(stream.codecpar->codec_type);
    return std::string(avcodec_get_name(stream.codecpar->codec_id)) + " (" +
           (kind == nullptr ? "unknown" : kind) + ", stream " + std::to_string(stream.index) + ")";
}

void copy_metadata(const AVDictionary* from, AVDictionary*& to) {
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(from, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
        // Of the old file alone.
        constexpr std::array kOld{"major_brand", "minor_version", "compatible_brands", "encoder",
                                  "duration"};
        const auto is = [entry](const char* key) { return av_strcasecmp(entry->key, key) == 0; };
        if (std::ranges::none_of(kOld, is)) av_dict_set(&to, entry->key, entry->value, 0);
    }
}

class Remuxer {
  public:
    Remuxer(Source source, const std::filesystem::path& to, const RemuxOptions& options)
        : options_(options),
          format_(format_named(to)),
          work_(options.limits, source.size(), {}),
          in_(std::move(source), options.limits, work_),
          out_(to, format_.muxer) {
        // Files without timestamps for every frame; avi.
        in_.format().flags |= AVFMT_FLAG_GENPTS;
        choose_streams();
        find_shifts();
        for (const AVStream* stream : streams_) add(*stream);
        copy_metadata(in_.format().metadata, out_.format().metadata);
        copy_chapters();
    }

    void run() {
        out_.format().strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
        out_.begin(movflags());
        const PacketPtr packet = make_packet();
        int errors = 0;
        for (int count = 0;; ++count) {
            const int status = av_read_frame(&in_.format(), packet.get());
            // A damaged file: what can be read of it is kept.
            errors = status < 0 ? errors + 1 : 0;
            if (status == AVERROR_EOF || errors > kMaxReadErrors) break;
            if (status < 0) continue;
            if (options_.between && count % 256 == 0) options_.between();
            copy(*packet);
            av_packet_unref(packet.get());
        }
        for (const Copy& copy : copies_)
            if (copy.stretched)
                copy.stretched->push(nullptr, [this](AVPacket& p) { out_.write(p); });
        out_.finish();
    }

  private:
    struct Copy {
        AVStream* to = nullptr;  // null: not copied
        std::int64_t shift_us = 0;
        std::int64_t last_dts = AV_NOPTS_VALUE;     // in the time base of `to`
        std::int64_t next_dts = AV_NOPTS_VALUE;     // where one without a time goes
        std::unique_ptr<StretchedAudio> stretched;  // null: the stream is copied as it is
    };

    void choose_streams();
    bool is_stretched(const AVStream& stream) const;
    std::int64_t moved(std::int64_t us) const;
    void find_shifts();
    void add(const AVStream& from);
    void attach_cover(const AVStream& from, AVStream& to) const;
    void copy_chapters();
    std::string movflags() const;
    void copy(AVPacket& packet);
    void put_in_order(AVPacket& packet, const AVStream& from, Copy& copy) const;

    const RemuxOptions& options_;
    const OutputFormat& format_;
    WorkLimit work_;
    Container in_;
    Muxer out_;
    std::vector<AVStream*> streams_;
    std::vector<Copy> copies_;  // by the input's index
    std::int64_t rest_shift_us_ = 0;
};

void Remuxer::choose_streams() {
    for (AVStream* stream : std::span(in_.format().streams, in_.format().nb_streams))
        if (!is_written_anew(*stream)) streams_.push_back(stream);
    const auto strange = std::ranges::find_if(streams_, [this](const AVStream* s) {
        return !is_stretched(*s) && !can_hold(format_, *s);
    });
    if (strange == streams_.end()) return;
    const OutputFormat* better = format_for(streams_, in_.name());
    throw Error(ErrorCode::wrong_container,
                std::string(format_.ending) + " can't hold " + name_of(**strange) + " as it is" +
                    (better == nullptr ? "" : "; " + std::string(better->ending) + " can"));
}

bool Remuxer::is_stretched(const AVStream& stream) const {
    return options_.stretch && stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

// Where audio of this time goes.
std::int64_t Remuxer::moved(std::int64_t us) const {
    us += options_.audio_later.count();
    if (!options_.stretch) return us;
    const Stretch& s = *options_.stretch;
    return s.about_us + std::llround(static_cast<double>(us - s.about_us) / s.speed);
}

// Where no time may be below zero, what the audio would lie before it is what all comes later.
void Remuxer::find_shifts() {
    const AVFormatContext& in = in_.format();
    // The clock of a transport stream begins anywhere.
    if ((in.iformat->flags & AVFMT_TS_DISCONT) != 0 && in.start_time != AV_NOPTS_VALUE)
        rest_shift_us_ = -in.start_time;
    const std::int64_t later = options_.audio_later.count();
    if (!format_.negative_times) {
        std::int64_t earliest = 0;
        for (const AVStream* s : streams_)
            if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
                earliest =
                    std::min(earliest, moved(to_us(s->start_time, s->time_base).value_or(0)) +
                                           rest_shift_us_);
        rest_shift_us_ -= earliest;
    }
    copies_.resize(in.nb_streams);
    for (const AVStream* s : streams_) {
        const bool audio = s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        copies_[static_cast<std::size_t>(s->index)].shift_us = rest_shift_us_ + (audio ? later : 0);
    }
}

void Remuxer::add(const AVStream& from) {
    AVStream& to = out_.add_stream();
    Copy& copy = copies_[static_cast<std::size_t>(from.index)];
    if (is_stretched(from)) {
        const auto first_us =
            moved(to_us(from.start_time, from.time_base).value_or(0)) + rest_shift_us_;
        copy.stretched =
            std::make_unique<StretchedAudio>(from, to, format_, options_.stretch->speed,
                                             options_.stretch->pitch, first_us, options_.limits);
        copy.to = &to;
        to.disposition = from.disposition;
        copy_metadata(from.metadata, to.metadata);
        return;
    }
    if (avcodec_parameters_copy(to.codecpar, from.codecpar) < 0) throw std::bad_alloc();
    // A codec's tag is kept where it means the same (hvc1 and hev1 do not mean the same).
    const auto* tags = out_.format().oformat->codec_tag;
    if (tags == nullptr ||
        av_codec_get_id(tags, from.codecpar->codec_tag) != from.codecpar->codec_id)
        to.codecpar->codec_tag = 0;
    to.time_base = from.time_base;
    to.disposition = from.disposition;
    to.sample_aspect_ratio = from.sample_aspect_ratio;
    to.avg_frame_rate = from.avg_frame_rate;
    to.r_frame_rate = from.r_frame_rate;
    for (const AVPacketSideData& data :
         std::span(from.side_data, static_cast<std::size_t>(from.nb_side_data)))
        std::memcpy(checked(av_stream_new_side_data(&to, data.type, data.size)), data.data,
                    data.size);
    copy_metadata(from.metadata, to.metadata);
    // Nothing was decoded to learn the size of a cover; mp4 asks for one and writes none.
    if (is_still(from) && to.codecpar->width == 0) to.codecpar->width = to.codecpar->height = 1;
    if (is_still(from) && std::string_view(format_.muxer) == "matroska")
        attach_cover(from, to);
    else
        copy.to = &to;
}

// Matroska keeps a cover as an attached file.
void Remuxer::attach_cover(const AVStream& from, AVStream& to) const {
    const AVPacket& image = from.attached_pic;
    const bool png = from.codecpar->codec_id == AV_CODEC_ID_PNG;
    to.codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
    av_freep(&to.codecpar->extradata);
    to.codecpar->extradata_size = 0;
    const auto size = static_cast<std::size_t>(image.size);
    to.codecpar->extradata =
        static_cast<std::uint8_t*>(checked(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE)));
    std::memcpy(to.codecpar->extradata, image.data, size);
    to.codecpar->extradata_size = image.size;
    av_dict_set(&to.metadata, "filename", png ? "cover.png" : "cover.jpg", AV_DICT_DONT_OVERWRITE);
    av_dict_set(&to.metadata, "mimetype", png ? "image/png" : "image/jpeg", AV_DICT_DONT_OVERWRITE);
}

void Remuxer::copy_chapters() {
    const AVFormatContext& in = in_.format();
    AVFormatContext& out = out_.format();
    if (in.nb_chapters == 0) return;
    out.chapters = static_cast<AVChapter**>(checked(av_calloc(in.nb_chapters, sizeof(void*))));
    for (const AVChapter* from : std::span(in.chapters, in.nb_chapters)) {
        auto* to = static_cast<AVChapter*>(checked(av_mallocz(sizeof(AVChapter))));
        out.chapters[out.nb_chapters++] = to;
        const std::int64_t shift = av_rescale_q(rest_shift_us_, kMicroseconds, from->time_base);
        to->id = from->id;
        to->time_base = from->time_base;
        to->start = from->start + shift;
        to->end = from->end + shift;
        av_dict_copy(&to->metadata, from->metadata, 0);
    }
}

std::string Remuxer::movflags() const {
    // Keys that only this way of writing can hold, such as a phone's com.apple.quicktime.make.
    const AVDictionaryEntry* phone =
        av_dict_get(in_.format().metadata, "com.", nullptr, AV_DICT_IGNORE_SUFFIX);
    return std::string("faststart") + (phone == nullptr ? "" : "+use_metadata_tags");
}

void Remuxer::copy(AVPacket& packet) {
    const auto index = static_cast<std::size_t>(packet.stream_index);
    if (index >= copies_.size() || copies_[index].to == nullptr) return;
    Copy& copy = copies_[index];
    if (copy.stretched)
        return copy.stretched->push(&packet, [this](AVPacket& p) { out_.write(p); });
    const AVStream& from = *in_.format().streams[index];
    const AVStream& to = *copy.to;
    forget_impossible_duration(packet, from);
    av_packet_rescale_ts(&packet, from.time_base, to.time_base);
    const std::int64_t shift = av_rescale_q(copy.shift_us, kMicroseconds, to.time_base);
    if (packet.pts != AV_NOPTS_VALUE) packet.pts += shift;
    if (packet.dts != AV_NOPTS_VALUE) packet.dts += shift;
    put_in_order(packet, from, copy);
    packet.stream_index = to.index;
    packet.pos = -1;
    out_.write(packet);
}

// Muxers want a growing dts from every packet; damaged and old files have them missing or repeated.
void Remuxer::put_in_order(AVPacket& packet, const AVStream& from, Copy& copy) const {
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = copy.next_dts;
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
    if (packet.dts == AV_NOPTS_VALUE) packet.dts = 0;
    if (packet.pts == AV_NOPTS_VALUE && from.codecpar->video_delay == 0) packet.pts = packet.dts;
    if (copy.last_dts != AV_NOPTS_VALUE && packet.dts <= copy.last_dts &&
        from.codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE) {
        const auto back = to_us(copy.last_dts - packet.dts, copy.to->time_base);
        if (!back || *back > kMaxJumpUs)
            throw Error(ErrorCode::unreadable_video, "its clock jumps back; it can't be moved");
        packet.dts = copy.last_dts + 1;
        if (packet.pts != AV_NOPTS_VALUE) packet.pts = std::max(packet.pts, packet.dts);
    }
    copy.last_dts = packet.dts;
    copy.next_dts = packet.dts + packet.duration;
}

}  // namespace

void check_ending(const std::filesystem::path& to) {
    static_cast<void>(format_named(to));
}

void remux(Source source, const std::filesystem::path& to, const RemuxOptions& options) {
    Remuxer(std::move(source), to, options).run();
}

}  // namespace syncnet::media
