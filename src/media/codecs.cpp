#include "media/codecs.h"

#include <algorithm>
#include <array>

namespace syncnet::media {
namespace {

struct Container {
    std::string_view ffmpeg_name;
    std::string_view name;
};

constexpr std::array kContainers = {
    Container{"mov,mp4,m4a,3gp,3g2,mj2", "mp4"},
    Container{"matroska,webm", "matroska"},
    Container{"avi", "avi"},
    Container{"mpeg", "mpegps"},
    Container{"mpegts", "mpegts"},
    Container{"mxf", "mxf"},
    Container{"flv", "flv"},
    Container{"asf", "asf"},
    Container{"ogg", "ogg"},
};

struct Codec {
    AVCodecID id;
    const char* decoder;
};

constexpr std::array kCodecs = {
    Codec{AV_CODEC_ID_H264, "h264"},
    Codec{AV_CODEC_ID_HEVC, "hevc"},
    Codec{AV_CODEC_ID_VP8, "vp8"},
    Codec{AV_CODEC_ID_VP9, "vp9"},
    Codec{AV_CODEC_ID_AV1, "libdav1d"},
    Codec{AV_CODEC_ID_MPEG1VIDEO, "mpeg1video"},
    Codec{AV_CODEC_ID_MPEG2VIDEO, "mpeg2video"},
    Codec{AV_CODEC_ID_MPEG4, "mpeg4"},
    Codec{AV_CODEC_ID_MJPEG, "mjpeg"},
    Codec{AV_CODEC_ID_PRORES, "prores"},
    Codec{AV_CODEC_ID_DNXHD, "dnxhd"},
    Codec{AV_CODEC_ID_DVVIDEO, "dvvideo"},
    Codec{AV_CODEC_ID_THEORA, "theora"},
    Codec{AV_CODEC_ID_WMV2, "wmv2"},
    Codec{AV_CODEC_ID_WMV3, "wmv3"},
    Codec{AV_CODEC_ID_VC1, "vc1"},
    Codec{AV_CODEC_ID_FLV1, "flv"},
    Codec{AV_CODEC_ID_H263, "h263"},
    Codec{AV_CODEC_ID_AAC, "aac"},
    Codec{AV_CODEC_ID_OPUS, "opus"},
    Codec{AV_CODEC_ID_VORBIS, "vorbis"},
    Codec{AV_CODEC_ID_MP3, "mp3float"},
    Codec{AV_CODEC_ID_MP2, "mp2float"},
    Codec{AV_CODEC_ID_FLAC, "flac"},
    Codec{AV_CODEC_ID_ALAC, "alac"},
    Codec{AV_CODEC_ID_AAC_LATM, "aac_latm"},
    Codec{AV_CODEC_ID_AC3, "ac3"},
    Codec{AV_CODEC_ID_EAC3, "eac3"},
    Codec{AV_CODEC_ID_DTS, "dca"},
    Codec{AV_CODEC_ID_WMAV1, "wmav1"},
    Codec{AV_CODEC_ID_WMAV2, "wmav2"},
    Codec{AV_CODEC_ID_WMAPRO, "wmapro"},
    Codec{AV_CODEC_ID_AMR_NB, "amrnb"},
    Codec{AV_CODEC_ID_AMR_WB, "amrwb"},
    Codec{AV_CODEC_ID_PCM_U8, "pcm_u8"},
    Codec{AV_CODEC_ID_PCM_S8, "pcm_s8"},
    Codec{AV_CODEC_ID_PCM_S16LE, "pcm_s16le"},
    Codec{AV_CODEC_ID_PCM_S16BE, "pcm_s16be"},
    Codec{AV_CODEC_ID_PCM_S24LE, "pcm_s24le"},
    Codec{AV_CODEC_ID_PCM_S24BE, "pcm_s24be"},
    Codec{AV_CODEC_ID_PCM_S32LE, "pcm_s32le"},
    Codec{AV_CODEC_ID_PCM_S32BE, "pcm_s32be"},
    Codec{AV_CODEC_ID_PCM_F32LE, "pcm_f32le"},
    Codec{AV_CODEC_ID_PCM_F32BE, "pcm_f32be"},
    Codec{AV_CODEC_ID_PCM_F64LE, "pcm_f64le"},
    Codec{AV_CODEC_ID_PCM_F64BE, "pcm_f64be"},
    Codec{AV_CODEC_ID_PCM_ALAW, "pcm_alaw"},
    Codec{AV_CODEC_ID_PCM_MULAW, "pcm_mulaw"},
};

template <class Table, class Name>
std::string joined(const Table& table, Name name) {
    std::string list;
    for (const auto& row : table) {
        if (!list.empty()) list += ',';
        list += name(row);
    }
    return list;
}

}  // namespace

std::optional<std::string_view> allowed_container(const AVInputFormat& format) noexcept {
    const auto row =
        std::ranges::find(kContainers, std::string_view(format.name), &Container::ffmpeg_name);
    if (row == kContainers.end()) return std::nullopt;
    return row->name;
}

const AVCodec* allowed_decoder(AVCodecID id) noexcept {
    const auto row = std::ranges::find(kCodecs, id, &Codec::id);
    return row == kCodecs.end() ? nullptr : avcodec_find_decoder_by_name(row->decoder);
}

const std::string& format_whitelist() {
    static const std::string list =
        joined(kContainers, [](const Container& row) { return row.ffmpeg_name; });
    return list;
}

const std::string& codec_whitelist() {
    static const std::string list = joined(kCodecs, [](const Codec& row) { return row.decoder; });
    return list;
}

}  // namespace syncnet::media
