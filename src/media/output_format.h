// Which containers are written, and what each can hold.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "media/av.h"

namespace syncnet::media {

struct OutputFormat {
    std::string_view ending;
    const char* muxer;  // FFmpeg's name
    // Times below zero, by an edit list.
    bool negative_times;
    // How the image is to be turned; cover art.
    bool rotation, covers;
};

// Null: none that we write.
const OutputFormat* output_format(std::string_view ending);

bool can_hold(const OutputFormat& format, const AVStream& stream);

// The first of all that can hold these streams, those of `like` (a container's name as Container
// gives it) before others. Null: none.
const OutputFormat* format_for(std::span<AVStream* const> streams, std::string_view like);

}  // namespace syncnet::media
