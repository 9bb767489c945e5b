// FFmpeg's older way to say "full range" is a pixel format of its own.
#pragma once

extern "C" {
#include <libavutil/pixfmt.h>
}

namespace syncnet::media {

// The same format by its usual name; any other as it is.
AVPixelFormat without_range(AVPixelFormat format);

}  // namespace syncnet::media
