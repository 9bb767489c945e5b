#include "media/muxer.h"

#include <array>

#include "base/error.h"
#include "media/ffmpeg_log.h"

namespace syncnet::media {
namespace {

std::string message(int status) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    return av_make_error_string(text.data(), text.size(), status);
}

void check(int status) {
    if (status >= 0) return;
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (status == AVERROR(ENOSPC) || status == AVERROR(EDQUOT))
        throw Error(ErrorCode::storage_full, "the disk is full");
    if (status == AVERROR(EINVAL) || status == AVERROR_INVALIDDATA ||
        status == AVERROR_PATCHWELCOME)
        throw Error(ErrorCode::wrong_container,
                    "the container refuses what it is given; try one that ends in .mkv");
    throw Error(ErrorCode::cannot_write, "the output can't be written: " + message(status));
}

}  // namespace

void Muxer::Deleter::operator()(AVFormatContext* p) const noexcept {
    avio_closep(&p->pb);
    avformat_free_context(p);
}

Muxer::Muxer(const std::filesystem::path& path, const char* format) {
    silence_ffmpeg_once();
    // With the protocol: a name may have a colon.
    const std::string url = "file:" + path.string();
    AVFormatContext* raw = nullptr;
    const int status = avformat_alloc_output_context2(&raw, nullptr, format, url.c_str());
    format_.reset(raw);
    if (status == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (raw == nullptr)
        throw Error(ErrorCode::no_encoder, std::string("it knows no container '") + format + "'");
    check(avio_open(&raw->pb, url.c_str(), AVIO_FLAG_WRITE));
}

AVStream& Muxer::add_stream() {
    return *checked(avformat_new_stream(format_.get(), nullptr));
}

void Muxer::begin(const std::string& movflags) {
    AVDictionary* options = nullptr;
    av_dict_set(&options, "movflags", movflags.c_str(), 0);
    const int status = avformat_write_header(format_.get(), &options);
    av_dict_free(&options);
    check(status);
}

void Muxer::write(AVPacket& packet) {
    check(av_interleaved_write_frame(format_.get(), &packet));
}

void Muxer::finish() {
    check(av_write_trailer(format_.get()));
    check(avio_closep(&format_->pb));
}

}  // namespace syncnet::media
