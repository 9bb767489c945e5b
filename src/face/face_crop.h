// Face crops as the published SyncNet sees them (crop_video of the reference): 224 x 224 pixels of
// B, G, R; the box's place and size through a 13-tap median filter.
#pragma once

#include <cstdint>
#include <span>

#include "face/resize.h"
#include "face/tracker.h"

namespace syncnet::face {

inline constexpr int kFaceCropSide = 224;
inline constexpr int kFaceCropReach = 6;  // frames on either side that smooth the box
inline constexpr std::size_t kFaceCropBytes = std::size_t{kFaceCropSide} * kFaceCropSide * 3;

// The square of half side `half` around a face.
struct FacePose {
    double x = 0, y = 0, half = 0;
};

// Frames beyond the track's ends count as zeros, as in scipy.signal.medfilt. `frame` must lie in
// the track.
FacePose median_face_pose(const Track& track, std::int64_t frame);

// From an image of R, G, B: 1.4 half sides to the left, right and below the square's sides are
// counted in, none above; outside of the image all is 110. `to` holds kFaceCropBytes.
void face_crop(const ColourView& image, const FacePose& pose, std::span<std::uint8_t> to);

}  // namespace syncnet::face
