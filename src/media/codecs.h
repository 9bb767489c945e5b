// The allow-lists: which containers and codecs are opened at all. FFmpeg knows hundreds more, and
// every one of them is attack surface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "media/av.h"

namespace syncnet::media {

// Our name of a container that is allowed.
std::optional<std::string_view> allowed_container(const AVInputFormat& format) noexcept;

// The decoder for a codec that is allowed, else null.
const AVCodec* allowed_decoder(AVCodecID id) noexcept;

// For AVFormatContext: what libavformat itself may use while it probes.
const std::string& format_whitelist();
const std::string& codec_whitelist();

}  // namespace syncnet::media
