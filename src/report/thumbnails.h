// The images of a video at some of its frames, small, as JPEG.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "media/jpeg.h"
#include "media/limits.h"
#include "report/review.h"

namespace syncnet::report {

inline constexpr int kThumbnailSide = 192;
// More would make a page that no browser likes; the markers after them have none.
inline constexpr std::size_t kMostThumbnails = 200;

// For each of the review's markers, as many as there may be, the image in its middle; empty bytes
// where there is none. Reads the video once more, up to the last one. `between` is called now and
// then; what it throws ends it. Throws what media::Reader throws, no_encoder.
std::vector<media::Jpeg> thumbnails(const Review& review, const media::Limits& limits,
                                    const std::function<void()>& between);

}  // namespace syncnet::report
