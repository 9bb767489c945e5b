#include "media/output_format.h"

#include <algorithm>
#include <array>

#include "media/container.h"
#include "media/orientation.h"

namespace syncnet::media {
namespace {

constexpr std::array kFormats{
    OutputFormat{".mkv", "matroska", false, false, true},
    OutputFormat{".mp4", "mp4", true, true, true},
    OutputFormat{".m4v", "mp4", true, true, true},
    OutputFormat{".mov", "mov", true, true, false},
    OutputFormat{".webm", "webm", false, false, false},
    OutputFormat{".ts", "mpegts", false, false, false},
    OutputFormat{".mpg", "mpeg", false, false, false},
};

// FFmpeg writes anything into a transport stream, as private data that nobody can read back.
constexpr std::array kTransportStream{
    AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO,   AV_CODEC_ID_MPEG4,
    AV_CODEC_ID_H264,       AV_CODEC_ID_HEVC,         AV_CODEC_ID_MP2,
    AV_CODEC_ID_MP3,        AV_CODEC_ID_AAC,          AV_CODEC_ID_AC3,
    AV_CODEC_ID_EAC3,       AV_CODEC_ID_DTS,          AV_CODEC_ID_OPUS,
    AV_CODEC_ID_TRUEHD,     AV_CODEC_ID_DVB_SUBTITLE, AV_CODEC_ID_DVB_TELETEXT,
    AV_CODEC_ID_SMPTE_KLV,  AV_CODEC_ID_TIMED_ID3,
};
constexpr std::array kProgramStream{
    AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MP2,
    AV_CODEC_ID_AC3,        AV_CODEC_ID_DTS,        AV_CODEC_ID_DVD_SUBTITLE,
};

bool knows_codec(const OutputFormat& format, const AVCodecParameters& codec) {
    const std::string_view muxer = format.muxer;
    if (muxer == "mpegts")
        return std::ranges::find(kTransportStream, codec.codec_id) != kTransportStream.end();
    if (muxer == "mpeg")
        return std::ranges::find(kProgramStream, codec.codec_id) != kProgramStream.end();
    if (muxer == "matroska" && codec.codec_type == AVMEDIA_TYPE_DATA) return false;
    if (muxer == "matroska" && codec.codec_type == AVMEDIA_TYPE_ATTACHMENT) return true;
    const AVOutputFormat* known = av_guess_format(format.muxer, nullptr, nullptr);
    return known != nullptr &&
           avformat_query_codec(known, codec.codec_id, FF_COMPLIANCE_EXPERIMENTAL) == 1;
}

bool is_turned(const AVStream& stream) {
    std::size_t bytes = 0;
    const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
    return data != nullptr && !orientation_from_matrix({reinterpret_cast<const std::int32_t*>(data),
                                                        bytes / sizeof(std::int32_t)})
                                   .is_upright();
}

// A container's name to how such files end.
std::string_view usual_ending(std::string_view container) {
    if (container == "mpegts") return ".ts";
    if (container == "mpegps") return ".mpg";
    return container == "mp4" ? ".mp4" : ".mkv";
}

}  // namespace

const OutputFormat* output_format(std::string_view ending) {
    const auto* const row = std::ranges::find(kFormats, ending, &OutputFormat::ending);
    return row == kFormats.end() ? nullptr : row;
}

bool can_hold(const OutputFormat& format, const AVStream& stream) {
    if (is_still(stream)) return format.covers;
    return knows_codec(format, *stream.codecpar) && (format.rotation || !is_turned(stream));
}

const OutputFormat* format_for(std::span<AVStream* const> streams, std::string_view like) {
    const auto holds_all = [&](const OutputFormat& format) {
        return std::ranges::all_of(streams,
                                   [&](const AVStream* s) { return can_hold(format, *s); });
    };
    if (const auto* same = output_format(usual_ending(like)); holds_all(*same)) return same;
    const auto* const other = std::ranges::find_if(kFormats, holds_all);
    return other == kFormats.end() ? nullptr : other;
}

}  // namespace syncnet::media
