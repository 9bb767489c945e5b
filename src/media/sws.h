// swscale with its tables kept from one image to the next.
#pragma once

#include <optional>

#include "media/av.h"

namespace syncnet::media {

class Sws {
  public:
    struct Job {
        int from_width, from_height;
        AVPixelFormat from_format;
        int to_width, to_height;
        AVPixelFormat to_format;
        AVColorSpace matrix;  // of the YCbCr side
        bool full_range;      // likewise
        bool operator==(const Job&) const = default;
    };

    // Valid until the next call. Throws unsupported_codec if swscale does not know a format.
    SwsContext* prepare(const Job& job);

  private:
    std::optional<Job> job_;
    AvPtr<SwsContext> context_;
};

}  // namespace syncnet::media
