// How much of an MP4 can be read where its recorder crashed or its upload broke.
#pragma once

#include <cstdint>

#include "media/source.h"

namespace syncnet::media {

// More top-level boxes than these are not looked at: the file is taken as it is.
inline constexpr int kMaxBoxes = 100'000;

struct WholeBoxes {
    std::int64_t end = 0;  // bytes from the beginning that FFmpeg can make sense of
    bool cut_off = false;  // video or audio are missing behind them
};

// FFmpeg refuses a fragmented MP4 as a whole where its last fragment's description is cut; without
// that piece it reads all others. What is no such file, or is cut elsewhere (in video or audio,
// which FFmpeg can cope with), ends where it ends. ISO/IEC 14496-12, 4.2 (boxes) and 8.8
// (fragments).
WholeBoxes whole_boxes(const Source& source) noexcept;

}  // namespace syncnet::media
