#include "media/writer.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "media/muxer.h"
#include "media/reader.h"
#include "media/sws.h"

namespace syncnet::media {
namespace {

constexpr int kHighDefinition = 720;  // from this height on, colours are BT.709
constexpr std::int64_t kAudioBitRate = 64'000;

const AVCodec& encoder(AVCodecID id) {
    if (const AVCodec* found = avcodec_find_encoder(id)) return *found;
    throw Error(ErrorCode::no_encoder,
                std::string("it has no encoder for ") + avcodec_get_name(id));
}

}  // namespace

struct Writer::Impl {
    // One stream: an encoder and where its packets go.
    struct Track {
        AvPtr<AVCodecContext> codec;
        AVStream* stream = nullptr;
        std::int64_t next = 0;      // the time of the next frame, in units of the codec's time base
        std::int64_t duration = 0;  // of a packet, where the encoder says nothing
    };

    Impl(const std::filesystem::path& path, const WriterOptions& options)
        : size(options), muxer(path, "mp4") {
        video = open(AV_CODEC_ID_H264, [this](AVCodecContext& c) { set_up_video(c); });
        video.duration = 1;
        if (options.audio)
            audio = open(AV_CODEC_ID_AAC, [](AVCodecContext& c) { set_up_audio(c); });
        muxer.begin("faststart");
    }

    template <class SetUp>
    Track open(AVCodecID id, SetUp set_up) {
        const AVCodec& codec = encoder(id);
        Track track{.codec = AvPtr<AVCodecContext>(checked(avcodec_alloc_context3(&codec)))};
        set_up(*track.codec);
        if ((muxer.format().oformat->flags & AVFMT_GLOBALHEADER) != 0)
            track.codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        if (avcodec_open2(track.codec.get(), &codec, nullptr) < 0)
            throw Error(ErrorCode::no_encoder, std::string("its encoder ") + codec.name +
                                                   " does not take images of this size or audio");
        track.stream = &muxer.add_stream();
        track.stream->time_base = track.codec->time_base;
        if (avcodec_parameters_from_context(track.stream->codecpar, track.codec.get()) < 0)
            throw std::bad_alloc();
        return track;
    }

    void set_up_video(AVCodecContext& c) const {
        const bool high = size.height >= kHighDefinition;
        c.width = size.width;
        c.height = size.height;
        c.pix_fmt = AV_PIX_FMT_YUV420P;
        c.time_base = {1, kFrameRate};
        c.framerate = {kFrameRate, 1};
        c.colorspace = high ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        c.color_primaries = high ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
        c.color_trc = high ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
        c.color_range = AVCOL_RANGE_MPEG;
        // libx264's; another encoder does as it likes.
        av_opt_set(c.priv_data, "preset", "veryfast", 0);
        av_opt_set(c.priv_data, "crf", "20", 0);
    }

    static void set_up_audio(AVCodecContext& c) {
        c.sample_fmt = AV_SAMPLE_FMT_FLTP;
        c.sample_rate = kSampleRate;
        c.time_base = {1, kSampleRate};
        c.bit_rate = kAudioBitRate;
        av_channel_layout_default(&c.ch_layout, 1);
    }

    // Null: there are no more frames.
    void encode(Track& track, const AVFrame* frame) {
        if (avcodec_send_frame(track.codec.get(), frame) < 0)
            throw Error(ErrorCode::internal, "the encoder refuses a frame");
        while (avcodec_receive_packet(track.codec.get(), packet.get()) == 0) {
            if (packet->duration == 0) packet->duration = track.duration;
            av_packet_rescale_ts(packet.get(), track.codec->time_base, track.stream->time_base);
            packet->stream_index = track.stream->index;
            muxer.write(*packet);
        }
    }

    void write_image(std::span<const std::uint8_t> rgb) {
        if (rgb.size() !=
            3 * static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height))
            throw Error(ErrorCode::invalid_request, "the image has another size");
        const FramePtr frame = make_frame();
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = size.width;
        frame->height = size.height;
        frame->pts = video.next++;
        if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
        SwsContext* const context = sws.prepare({.from_width = size.width,
                                                 .from_height = size.height,
                                                 .from_format = AV_PIX_FMT_RGB24,
                                                 .to_width = size.width,
                                                 .to_height = size.height,
                                                 .to_format = AV_PIX_FMT_YUV420P,
                                                 .matrix = video.codec->colorspace,
                                                 .full_range = false});
        const std::uint8_t* const from = rgb.data();
        const int stride = 3 * size.width;
        sws_scale(context, &from, &stride, 0, size.height, frame->data, frame->linesize);
        encode(video, frame.get());
    }

    // The encoder takes frames of one size.
    void write_samples(std::span<const float> samples) {
        const FramePtr frame = make_frame();
        frame->format = AV_SAMPLE_FMT_FLTP;
        frame->sample_rate = kSampleRate;
        frame->nb_samples = static_cast<int>(samples.size());
        frame->pts = audio.next;
        audio.next += std::ssize(samples);
        av_channel_layout_default(&frame->ch_layout, 1);
        if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
        std::ranges::copy(samples, reinterpret_cast<float*>(frame->data[0]));
        encode(audio, frame.get());
    }

    void write_audio(std::span<const float> mono) {
        if (!size.audio) return;
        waiting.insert(waiting.end(), mono.begin(), mono.end());
        const auto whole = static_cast<std::size_t>(audio.codec->frame_size);
        std::size_t used = 0;
        for (; waiting.size() - used >= whole; used += whole)
            write_samples(std::span(waiting).subspan(used, whole));
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(used));
    }

    void finish() {
        if (size.audio) {
            if (!waiting.empty()) write_samples(waiting);
            encode(audio, nullptr);
        }
        encode(video, nullptr);
        muxer.finish();
    }

    WriterOptions size;
    Muxer muxer;
    Track video, audio;
    Sws sws;
    PacketPtr packet = make_packet();
    std::vector<float> waiting;  // samples, less than a frame of them
};

Writer::Writer(const std::filesystem::path& path, const WriterOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

void Writer::write_image(std::span<const std::uint8_t> rgb) {
    impl_->write_image(rgb);
}

void Writer::write_audio(std::span<const float> mono) {
    impl_->write_audio(mono);
}

void Writer::finish() {
    impl_->finish();
}

}  // namespace syncnet::media
