#include "media/container.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/box.h"
#include "media/codecs.h"
#include "media/mp4_tables.h"

namespace syncnet::media {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;

// Enough for FFmpeg to see every stream of a transport stream; containers with a real header stop
// far earlier.
constexpr std::int64_t kProbeBytes = 5'000'000;
constexpr std::int64_t kProbeMicroseconds = 5'000'000;
// Of a recording that is going on, whoever made it waits for the first word on it.
constexpr std::int64_t kGrowingProbeMicroseconds = 500'000;
// From one look at whether anybody still wants what is waited for to the next.
constexpr auto kLook = std::chrono::milliseconds(20);

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EPERM);
}

// One set of options per stream, for the decoders that FFmpeg opens while it probes.
class ProbeOptions {
  public:
    ProbeOptions(unsigned streams, std::int64_t max_pixels) : options_(streams, nullptr) {
        for (AVDictionary*& options : options_) {
            av_dict_set_int(&options, "max_pixels", max_pixels, 0);
        }
    }
    ProbeOptions(const ProbeOptions&) = delete;
    ProbeOptions& operator=(const ProbeOptions&) = delete;
    ~ProbeOptions() {
        for (AVDictionary*& options : options_) av_dict_free(&options);
    }
    AVDictionary** get() noexcept { return options_.data(); }

  private:
    std::vector<AVDictionary*> options_;
};

// An MP4 whose index lies behind its video can't be read before it is complete; then it is a file
// like any other. Recordings that go on have their index first.
Source once_readable(Source source, WorkLimit& work) {
    if (!source.growing()) return source;
    const auto has = [&](std::int64_t bytes) {
        for (bool complete = false;;) {
            std::byte last{};
            if (source.read_at(bytes - 1, {&last, 1}) == 1) return true;
            if (complete) return false;
            complete = !source.wait(kLook);
            work.require();
        }
    };
    std::int64_t at = 0;
    for (int boxes = 0; boxes < kMaxBoxes && has(at + kLongBoxHeaderBytes); ++boxes) {
        const auto box = box_at(source, at);
        if (!box || box->bytes == 0 || box->is("moov") || (at == 0 && !box->is("ftyp"))) break;
        if (box->is("mdat")) {
            while (source.wait(kLook)) work.require();
            return source.as_it_is();
        }
        at += box->bytes;
    }
    return source;
}

}  // namespace

bool is_still(const AVStream& stream) noexcept {
    return (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) !=
           0;
}

SourceIo::SourceIo(Source from, WorkLimit& work) {
    Source source = once_readable(std::move(from), work);
    // What is still to come can't be judged beforehand, nor sought in: `work` alone bounds it.
    const bool growing = source.growing();
    if (!growing) require_moderate_tables(source);
    const WholeBoxes whole =
        growing ? WholeBoxes{.end = std::numeric_limits<std::int64_t>::max()} : whole_boxes(source);
    state_ = std::make_unique<State>(State{std::move(source), whole, work});
    auto* buffer = static_cast<unsigned char*>(checked(av_malloc(kIoBufferBytes)));
    context_.reset(avio_alloc_context(buffer, kIoBufferBytes, 0, state_.get(), &read, nullptr,
                                      growing ? nullptr : &seek));
    if (context_ == nullptr) {
        av_free(buffer);
        throw std::bad_alloc();
    }
}

int SourceIo::read(void* opaque, std::uint8_t* into, int size) noexcept {
    State& state = *static_cast<State*>(opaque);
    if (state.work.interrupted()) return AVERROR_EXIT;
    const std::int64_t wanted = std::min<std::int64_t>(size, state.whole.end - state.position);
    const auto to = std::as_writable_bytes(
        std::span(into, static_cast<std::size_t>(std::max<std::int64_t>(wanted, 0))));
    auto got = state.source.read_at(state.position, to);
    for (bool complete = false; got == 0 && state.source.growing() && !complete;) {
        complete = !state.source.wait(kLook);
        if (state.work.interrupted()) return AVERROR_EXIT;
        got = state.source.read_at(state.position, to);
    }
    if (got < 0) return AVERROR(EIO);
    if (got == 0) return AVERROR_EOF;
    state.position += got;
    return static_cast<int>(got);
}

std::int64_t SourceIo::seek(void* opaque, std::int64_t offset, int whence) noexcept {
    State& state = *static_cast<State*>(opaque);
    const std::int64_t size = state.whole.end;
    std::int64_t position = offset;
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE:
            return size;
        case SEEK_SET:
            break;
        case SEEK_CUR:
            position = state.position + offset;
            break;
        case SEEK_END:
            position = size + offset;
            break;
        default:
            return AVERROR(EINVAL);
    }
    if (position < 0 || position > size) return AVERROR(EINVAL);
    state.position = position;
    return position;
}

Container::Container(Source source, const Limits& limits, WorkLimit& work)
    : io_(std::move(source), work) {
    if (io_.size() > limits.max_bytes) {
        throw Error(ErrorCode::too_large, "the file has " + std::to_string(io_.size()) +
                                              " bytes; the limit is " +
                                              std::to_string(limits.max_bytes));
    }
    open(limits, work);
    check_header(limits);
    find_streams(limits, work);
}

void Container::open(const Limits& limits, WorkLimit& work) {
    const AVInputFormat* input = nullptr;
    const int probed = av_probe_input_buffer2(io_.context(), &input, "", nullptr, 0, 0);
    work.require();
    if (probed < 0) {
        throw Error(ErrorCode::unsupported_media, "the file is not in any known video format");
    }
    const auto container = allowed_container(*input);
    if (!container) {
        throw Error(ErrorCode::unsupported_media,
                    std::string("files of the type '") + input->name + "' are not accepted");
    }
    name_ = *container;

    format_.reset(checked(avformat_alloc_context()));
    format_->pb = io_.context();
    format_->io_open = &refuse_to_open;
    format_->interrupt_callback = {
        [](void* opaque) { return static_cast<WorkLimit*>(opaque)->interrupted() ? 1 : 0; }, &work};
    format_->probesize = kProbeBytes;
    format_->max_analyze_duration = io_.growing() ? kGrowingProbeMicroseconds : kProbeMicroseconds;
    // Beyond this FFmpeg itself gives up; up to this we can say why.
    format_->max_streams = limits.max_streams * 8;
    format_->protocol_whitelist = checked(av_strdup("none"));
    format_->format_whitelist = checked(av_strdup(format_whitelist().c_str()));
    format_->codec_whitelist = checked(av_strdup(codec_whitelist().c_str()));

    AVFormatContext* raw = format_.release();  // FFmpeg frees it if it fails
    const int status = avformat_open_input(&raw, "", input, nullptr);
    format_.reset(raw);
    work.require();
    if (status == AVERROR(ENOMEM)) {
        throw Error(ErrorCode::too_many_streams, "the header asks for too many streams");
    }
    if (status < 0) throw Error(ErrorCode::unreadable_video, "the header cannot be read");
}

void Container::find_streams(const Limits& limits, WorkLimit& work) {
    ProbeOptions options(format_->nb_streams, limits.max_pixels_per_frame);
    const int status = avformat_find_stream_info(format_.get(), options.get());
    work.require();
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status < 0) {
        throw Error(ErrorCode::unreadable_video, "the streams cannot be identified");
    }
    check_header(limits);
    if (format_->nb_streams == 0) {
        throw Error(ErrorCode::unreadable_video, "the header ends before the first stream");
    }
}

AVStream* Container::choose(AVMediaType type, int related) const {
    const auto streams = std::span(format_->streams, format_->nb_streams);
    const int best = av_find_best_stream(format_.get(), type, -1, related, nullptr, 0);
    if (best < 0) return nullptr;
    AVStream* const favourite = streams[static_cast<std::size_t>(best)];
    const auto usable = [type](const AVStream* stream) {
        return stream->codecpar->codec_type == type && !is_still(*stream) &&
               allowed_decoder(stream->codecpar->codec_id) != nullptr;
    };
    if (usable(favourite)) return favourite;
    const auto other = std::ranges::find_if(streams, usable);
    if (other != streams.end()) return *other;
    return is_still(*favourite) ? nullptr : favourite;
}

void Container::check_header(const Limits& limits) const {
    if (format_->nb_streams > static_cast<unsigned>(limits.max_streams)) {
        throw Error(ErrorCode::too_many_streams,
                    "the file has " + std::to_string(format_->nb_streams) + " streams");
    }
    if (const auto seconds = duration(); seconds && *seconds > limits.max_seconds) {
        throw Error(ErrorCode::too_long,
                    "the header states " + std::to_string(*seconds) + " seconds");
    }
    for (const AVStream* stream : std::span(format_->streams, format_->nb_streams)) {
        const AVCodecParameters& codec = *stream->codecpar;
        if (codec.codec_type == AVMEDIA_TYPE_VIDEO) {
            const std::int64_t pixels = std::int64_t{codec.width} * codec.height;
            if (pixels > limits.max_pixels_per_frame) {
                throw Error(ErrorCode::too_many_pixels,
                            "the images have " + std::to_string(codec.width) + "x" +
                                std::to_string(codec.height) + " pixels");
            }
            if (pixels > 0 && stream->nb_frames > limits.max_total_pixels / pixels) {
                throw Error(ErrorCode::too_much_video,
                            "the header states " + std::to_string(stream->nb_frames) +
                                " images of " + std::to_string(pixels) + " pixels");
            }
        } else if (codec.codec_type == AVMEDIA_TYPE_AUDIO && codec.sample_rate != 0) {
            if (codec.sample_rate < limits.min_sample_rate ||
                codec.sample_rate > limits.max_sample_rate) {
                throw Error(
                    ErrorCode::bad_sample_rate,
                    "the audio has " + std::to_string(codec.sample_rate) + " samples per second");
            }
        }
    }
}

std::optional<double> Container::duration() const noexcept {
    if (format_->duration == AV_NOPTS_VALUE || format_->duration <= 0 ||
        format_->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) {
        return std::nullopt;
    }
    return static_cast<double>(format_->duration) / AV_TIME_BASE;
}

}  // namespace syncnet::media
