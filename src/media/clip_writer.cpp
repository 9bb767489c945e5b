#include "media/clip_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "base/error.h"
#include "media/av.h"

namespace syncnet::media {
namespace {

constexpr AVRational kTicks{1, 1000};
constexpr std::int64_t kTickUs = 1000;

struct CodecRow {
    const char* encoder;
    std::vector<std::pair<const char*, const char*>> options;
};

CodecRow row_of(ImageCodec codec) {
    switch (codec) {
        case ImageCodec::lossless:
            return {"libx264", {{"preset", "ultrafast"}, {"qp", "0"}, {"tune", "zerolatency"}}};
        case ImageCodec::h264:
            return {"libx264", {{"preset", "veryfast"}}};
        case ImageCodec::vp8:
            return {"libvpx", {{"deadline", "realtime"}, {"cpu-used", "8"}}};
        case ImageCodec::mpeg4:
            return {"mpeg4", {}};
    }
    return {"", {}};
}

struct FreeFormat {
    void operator()(AVFormatContext* p) const noexcept { avformat_free_context(p); }
};

void check(int result, const char* what) {
    if (result < 0) throw Error(ErrorCode::unsupported_codec, what);
}

// FFmpeg's AVIOContext on bytes that grow.
class MemoryFile {
  public:
    MemoryFile() {
        constexpr int kBuffer = 64 * 1024;
        context_.reset(checked(
            avio_alloc_context(static_cast<unsigned char*>(checked(av_malloc(kBuffer))), kBuffer, 1,
                               &state_, nullptr, &MemoryFile::write, &MemoryFile::seek)));
    }
    AVIOContext* context() { return context_.get(); }
    std::vector<std::byte> take() { return std::move(state_.bytes); }

  private:
    struct State {
        std::vector<std::byte> bytes;
        std::size_t position = 0;
    };

    static int write(void* opaque, std::uint8_t* from, int size) noexcept try {
        State& s = *static_cast<State*>(opaque);
        const std::size_t end = s.position + static_cast<std::size_t>(size);
        if (end > s.bytes.size()) s.bytes.resize(end);
        std::memcpy(s.bytes.data() + s.position, from, static_cast<std::size_t>(size));
        s.position = end;
        return size;
    } catch (const std::bad_alloc&) {
        return AVERROR(ENOMEM);
    }

    static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept {
        State& s = *static_cast<State*>(opaque);
        const auto size = static_cast<std::int64_t>(s.bytes.size());
        if (whence == AVSEEK_SIZE) return size;
        const std::int64_t to = offset + (whence == SEEK_CUR ? static_cast<std::int64_t>(s.position)
                                          : whence == SEEK_END ? size
                                                               : 0);
        if (to < 0) return AVERROR(EINVAL);
        s.position = static_cast<std::size_t>(to);
        return to;
    }

    State state_;
    AvPtr<AVIOContext> context_;
};

class Writer {
  public:
    Writer(int width, int height, double fps, bool with_audio, const ClipFormat& format) {
        AVFormatContext* made = nullptr;
        check(avformat_alloc_output_context2(&made, nullptr, "matroska", nullptr),
              "FFmpeg writes no Matroska here");
        format_.reset(made);
        format_->pb = file_.context();
        open_encoder(width, height, fps, format);
        video_ = checked(avformat_new_stream(format_.get(), nullptr));
        video_->time_base = kTicks;
        check(avcodec_parameters_from_context(video_->codecpar, encoder_.get()), "no parameters");
        if (with_audio) add_audio(format.sample_rate);
        check(avformat_write_header(format_.get(), nullptr), "no header can be written");
    }

    void image(const I420& image, std::int64_t time_us) {
        FramePtr frame = make_frame();
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = image.width;
        frame->height = image.height;
        check(av_frame_get_buffer(frame.get(), 0), "no memory for an image");
        const auto plane = [&](int k, const std::vector<std::uint8_t>& from, int width,
                               int height) {
            for (int row = 0; row < height; ++row)
                std::memcpy(frame->data[k] + std::ptrdiff_t{row} * frame->linesize[k],
                            from.data() + std::ptrdiff_t{row} * width,
                            static_cast<std::size_t>(width));
        };
        plane(0, image.y, image.width, image.height);
        plane(1, image.u, image.width / 2, image.height / 2);
        plane(2, image.v, image.width / 2, image.height / 2);
        frame->pts = time_us / kTickUs;
        frame->color_range = AVCOL_RANGE_MPEG;
        send(frame.get());
    }

    void audio(std::span<const float> mono, std::int64_t first) {
        if (mono.empty()) return;
        const PacketPtr packet = make_packet();
        check(av_new_packet(packet.get(), static_cast<int>(2 * mono.size())), "no memory");
        for (std::size_t i = 0; i < mono.size(); ++i) {
            constexpr float kFull = 32767;
            const long sample = std::lround(std::clamp(mono[i], -1.0F, 1.0F) * kFull);
            packet->data[2 * i] = static_cast<std::uint8_t>(sample & 0xff);
            packet->data[2 * i + 1] = static_cast<std::uint8_t>((sample >> 8) & 0xff);
        }
        const AVRational samples{1, audio_->codecpar->sample_rate};
        packet->pts = packet->dts = av_rescale_q(first, samples, audio_->time_base);
        packet->duration =
            av_rescale_q(static_cast<std::int64_t>(mono.size()), samples, audio_->time_base);
        packet->flags |= AV_PKT_FLAG_KEY;
        packet->stream_index = audio_->index;
        check(av_interleaved_write_frame(format_.get(), packet.get()), "the audio was refused");
    }

    std::vector<std::byte> finish() {
        send(nullptr);
        check(av_write_trailer(format_.get()), "the end can't be written");
        avio_flush(file_.context());
        return file_.take();
    }

  private:
    void open_encoder(int width, int height, double fps, const ClipFormat& format) {
        const CodecRow row = row_of(format.codec);
        const AVCodec* const codec = avcodec_find_encoder_by_name(row.encoder);
        if (codec == nullptr)
            throw Error(ErrorCode::unsupported_codec,
                        std::string("FFmpeg has no encoder ") + row.encoder + " here");
        encoder_.reset(checked(avcodec_alloc_context3(codec)));
        encoder_->width = width;
        encoder_->height = height;
        encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder_->color_range = AVCOL_RANGE_MPEG;
        encoder_->time_base = kTicks;
        encoder_->framerate = av_d2q(fps, 1000);
        encoder_->thread_count = 1;
        if (format.codec != ImageCodec::lossless) {
            encoder_->bit_rate = format.bits_per_second;
            encoder_->rc_max_rate = format.bits_per_second;
            encoder_->rc_buffer_size = static_cast<int>(format.bits_per_second);  // a second
        }
        if ((format_->oformat->flags & AVFMT_GLOBALHEADER) != 0)
            encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        AVDictionary* options = nullptr;
        for (const auto& [name, value] : row.options) av_dict_set(&options, name, value, 0);
        const int opened = avcodec_open2(encoder_.get(), codec, &options);
        av_dict_free(&options);
        check(opened, "the encoder refuses the images");
    }

    void add_audio(int rate) {
        audio_ = checked(avformat_new_stream(format_.get(), nullptr));
        AVCodecParameters& p = *audio_->codecpar;
        p.codec_type = AVMEDIA_TYPE_AUDIO;
        p.codec_id = AV_CODEC_ID_PCM_S16LE;
        p.format = AV_SAMPLE_FMT_S16;
        p.sample_rate = rate;
        p.bits_per_coded_sample = 16;
        p.block_align = 2;
        av_channel_layout_default(&p.ch_layout, 1);
        audio_->time_base = {1, rate};
    }

    void send(const AVFrame* frame) {
        check(avcodec_send_frame(encoder_.get(), frame), "an image was refused");
        const PacketPtr packet = make_packet();
        while (avcodec_receive_packet(encoder_.get(), packet.get()) >= 0) {
            av_packet_rescale_ts(packet.get(), encoder_->time_base, video_->time_base);
            packet->stream_index = video_->index;
            check(av_interleaved_write_frame(format_.get(), packet.get()),
                  "an image can't be written");
        }
    }

    MemoryFile file_;  // must outlive format_
    std::unique_ptr<AVFormatContext, FreeFormat> format_;
    AvPtr<AVCodecContext> encoder_;
    AVStream* video_ = nullptr;
    AVStream* audio_ = nullptr;
};

}  // namespace

bool can_write(ImageCodec codec) {
    return avcodec_find_encoder_by_name(row_of(codec).encoder) != nullptr;
}

std::vector<std::byte> write_clip(ImageTimes times_us, const ImageAt& image,
                                  std::span<const float> audio, const ClipFormat& format) {
    if (times_us.empty()) throw Error(ErrorCode::invalid_request, "there are no images");
    av_log_set_level(AV_LOG_QUIET);
    const auto count = static_cast<double>(times_us.size());
    const std::int64_t span_us = times_us.back() - times_us.front();
    const double fps = span_us > 0 ? (count - 1) * 1e6 / static_cast<double>(span_us) : kFrameRate;
    const auto first = image(0);
    Writer writer(first->width, first->height, fps, !audio.empty(), format);
    std::size_t heard = 0;
    for (std::size_t i = 0; i < times_us.size(); ++i) {
        writer.image(*image(i), times_us[i]);
        const bool last = i + 1 == times_us.size();
        const std::size_t until =
            last ? audio.size()
                 : std::min(audio.size(), static_cast<std::size_t>(times_us[i + 1] *
                                                                   format.sample_rate / 1'000'000));
        if (until <= heard) continue;
        writer.audio(audio.subspan(heard, until - heard), static_cast<std::int64_t>(heard));
        heard = until;
    }
    return writer.finish();
}

}  // namespace syncnet::media
