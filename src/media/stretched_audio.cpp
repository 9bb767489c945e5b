#include "media/stretched_audio.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>

#include "base/error.h"

namespace syncnet::media {
namespace {

// asetrate takes whole numbers: at so many times the rate, one of them is 1.3 millionths of 48 kHz,
// 5 ms an hour.
constexpr int kFineness = 16;
constexpr std::int64_t kBitsPerChannel = 96'000;  // a second, where the source tells nothing

struct GraphDeleter {
    void operator()(AVFilterGraph* p) const noexcept { avfilter_graph_free(&p); }
};

const AVCodec* encoder_for(AVCodecID source, const OutputFormat& format) {
    const auto holds = [&](AVCodecID id) {
        const AVOutputFormat* known = av_guess_format(format.muxer, nullptr, nullptr);
        return known != nullptr && avformat_query_codec(known, id, FF_COMPLIANCE_EXPERIMENTAL) == 1;
    };
    for (const AVCodecID id : {source, AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_MP2}) {
        const AVCodec* encoder =
            id == AV_CODEC_ID_OPUS || id == AV_CODEC_ID_VORBIS
                ? avcodec_find_encoder_by_name(id == AV_CODEC_ID_OPUS ? "libopus" : "libvorbis")
                : avcodec_find_encoder(id);
        const bool settled =
            encoder != nullptr && (encoder->capabilities & AV_CODEC_CAP_EXPERIMENTAL) == 0;
        if (settled && holds(id)) return encoder;
    }
    throw Error(ErrorCode::no_encoder,
                "no codec for audio that " + std::string(format.ending) + " holds");
}

// The nearest rate that the encoder takes.
int rate_for(const AVCodec& encoder, int wanted) {
    if (encoder.supported_samplerates == nullptr) return wanted;
    int best = 0;
    for (const int* rate = encoder.supported_samplerates; *rate != 0; ++rate)
        if (std::abs(*rate - wanted) < std::abs(best - wanted) || best == 0) best = *rate;
    return best;
}

std::string text_of(const AVChannelLayout& layout) {
    std::array<char, 128> text{};
    av_channel_layout_describe(&layout, text.data(), text.size());
    return text.data();
}

std::string speed_text(double speed) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9f", speed);
    return text.data();
}

void check(int status, const char* what) {
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) throw Error(ErrorCode::unsupported_codec, what);
}

}  // namespace

struct StretchedAudio::Impl {
    void open_encoder(const AVStream& from, AVStream& target, const OutputFormat& format);
    void open_graph(const AVFrame& first);
    void filter(AVFrame* frame, const std::function<void(AVPacket&)>& sink);
    void encode(AVFrame* frame, const std::function<void(AVPacket&)>& sink);

    AVRational from_base{};
    AVStream* to = nullptr;
    double speed = 1;
    Pitch pitch = Pitch::kept;
    std::int64_t next = 0;  // sample that is encoded next, at the encoder's rate
    std::unique_ptr<Decoder> decoder;
    AvPtr<AVCodecContext> encoder;
    std::unique_ptr<AVFilterGraph, GraphDeleter> graph;
    AVFilterContext* source = nullptr;  // of the graph
    AVFilterContext* result = nullptr;
    int rate = 0;  // what the graph takes
    FramePtr frame = make_frame();
    PacketPtr packet = make_packet();
};

StretchedAudio::StretchedAudio(const AVStream& from, AVStream& to, const OutputFormat& format,
                               double speed, Pitch pitch, std::int64_t first_us,
                               const Limits& limits)
    : impl_(std::make_unique<Impl>()) {
    Impl& m = *impl_;
    m.from_base = from.time_base;
    m.to = &to;
    m.speed = speed;
    m.pitch = pitch;
    m.decoder = std::make_unique<Decoder>(from, 1, limits.max_pixels_per_frame);
    m.open_encoder(from, to, format);
    m.next = av_rescale_q(first_us, kMicroseconds, {1, m.encoder->sample_rate});
}

StretchedAudio::~StretchedAudio() = default;

void StretchedAudio::Impl::open_encoder(const AVStream& from, AVStream& target,
                                        const OutputFormat& format) {
    const AVCodecParameters& was = *from.codecpar;
    const AVCodec* codec = encoder_for(was.codec_id, format);
    encoder.reset(checked(avcodec_alloc_context3(codec)));
    encoder->sample_rate = rate_for(*codec, was.sample_rate);
    encoder->sample_fmt =
        codec->sample_fmts == nullptr ? AV_SAMPLE_FMT_FLTP : codec->sample_fmts[0];
    check(av_channel_layout_copy(&encoder->ch_layout, &was.ch_layout), "unknown channel layout");
    if (encoder->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&encoder->ch_layout, was.ch_layout.nb_channels);
    encoder->bit_rate = was.codec_id == codec->id && was.bit_rate > 0
                            ? was.bit_rate
                            : kBitsPerChannel * std::max(1, encoder->ch_layout.nb_channels);
    encoder->time_base = {1, encoder->sample_rate};
    const AVOutputFormat* container = av_guess_format(format.muxer, nullptr, nullptr);
    if (container != nullptr && (container->flags & AVFMT_GLOBALHEADER) != 0)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (avcodec_open2(encoder.get(), codec, nullptr) < 0)
        throw Error(ErrorCode::no_encoder, std::string("the encoder for '") + codec->name +
                                               "' takes no such audio as this");
    check(avcodec_parameters_from_context(target.codecpar, encoder.get()), "no parameters");
    target.time_base = encoder->time_base;
}

void StretchedAudio::Impl::open_graph(const AVFrame& first) {
    rate = first.sample_rate;
    AVChannelLayout layout = first.ch_layout;
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, layout.nb_channels);
    const std::string input =
        "time_base=1/" + std::to_string(rate) + ":sample_rate=" + std::to_string(rate) +
        ":sample_fmt=" + av_get_sample_fmt_name(static_cast<AVSampleFormat>(first.format)) +
        ":channel_layout=" + text_of(layout);
    // Gaps become silence first, so that time is what samples count.
    std::string chain = "aresample=async=1:min_hard_comp=0.05";
    if (pitch == Pitch::kept) {
        chain += ",atempo=" + speed_text(speed);
    } else {
        const std::int64_t fine = std::int64_t{rate} * kFineness;
        chain += ",aresample=" + std::to_string(fine) +
                 ",asetrate=" + std::to_string(std::llround(static_cast<double>(fine) * speed));
    }
    chain += ",aresample=" + std::to_string(encoder->sample_rate) +
             ",aformat=sample_fmts=" + av_get_sample_fmt_name(encoder->sample_fmt) +
             ":channel_layouts=" + text_of(encoder->ch_layout);

    graph.reset(checked(avfilter_graph_alloc()));
    graph->nb_threads = 1;
    check(avfilter_graph_create_filter(&source, avfilter_get_by_name("abuffer"), "in",
                                       input.c_str(), nullptr, graph.get()),
          "the audio can't be stretched");
    check(avfilter_graph_create_filter(&result, avfilter_get_by_name("abuffersink"), "out", nullptr,
                                       nullptr, graph.get()),
          "the audio can't be stretched");
    AVFilterInOut* outputs = checked(avfilter_inout_alloc());
    outputs->name = av_strdup("in");
    outputs->filter_ctx = source;
    AVFilterInOut* inputs = checked(avfilter_inout_alloc());
    inputs->name = av_strdup("out");
    inputs->filter_ctx = result;
    const int parsed =
        avfilter_graph_parse_ptr(graph.get(), chain.c_str(), &inputs, &outputs, nullptr);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    check(parsed, "the audio can't be stretched");
    check(avfilter_graph_config(graph.get(), nullptr), "the audio can't be stretched");
    if ((encoder->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE) == 0)
        av_buffersink_set_frame_size(result, static_cast<unsigned>(encoder->frame_size));
}

void StretchedAudio::push(const AVPacket* packet, const std::function<void(AVPacket&)>& sink) {
    Impl& m = *impl_;
    m.decoder->send(packet);
    while (m.decoder->receive(*m.frame)) {
        if (m.graph == nullptr) m.open_graph(*m.frame);
        if (m.frame->pts != AV_NOPTS_VALUE)
            m.frame->pts = av_rescale_q(m.frame->pts, m.from_base, {1, m.rate});
        m.filter(m.frame.get(), sink);
    }
    if (packet != nullptr) return;
    if (m.graph != nullptr) m.filter(nullptr, sink);
    m.encode(nullptr, sink);
}

void StretchedAudio::Impl::filter(AVFrame* decoded, const std::function<void(AVPacket&)>& sink) {
    check(av_buffersrc_add_frame(source, decoded), "the audio changes its form on the way");
    const FramePtr stretched = make_frame();
    while (av_buffersink_get_frame(result, stretched.get()) >= 0) {
        stretched->pts = next;
        next += stretched->nb_samples;
        encode(stretched.get(), sink);
        av_frame_unref(stretched.get());
    }
}

void StretchedAudio::Impl::encode(AVFrame* stretched, const std::function<void(AVPacket&)>& sink) {
    check(avcodec_send_frame(encoder.get(), stretched), "the audio can't be encoded");
    while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
        av_packet_rescale_ts(packet.get(), encoder->time_base, to->time_base);
        packet->stream_index = to->index;
        sink(*packet);
        av_packet_unref(packet.get());
    }
}

}  // namespace syncnet::media
