// A short clip decoded into memory, once for many cases.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "evaluate/audio_edits.h"
#include "face/detection.h"
#include "face/lip_crop.h"
#include "media/i420.h"
#include "media/reader.h"
#include "media/source.h"
#include "pipeline/speech.h"

namespace syncnet::evaluate {

// Longer clips are cut to their beginning, and still shorter where their images are large.
inline constexpr double kMaxMediaSeconds = 20;
inline constexpr std::size_t kMaxMediaBytes = 512U << 20U;

struct LoadedClip {
    // 25 a second; the first one is the first frame of the part that was wanted. An image that
    // stands still is there several times and kept once.
    std::vector<std::shared_ptr<const media::I420>> images;
    std::vector<std::optional<face::LipPose>> mouths;  // of the wanted face, where it was found
    Samples audio;                                     // of the whole clip, from its beginning
    std::int64_t first_sample = 0;                     // that goes with the first image

    std::size_t sample_count() const {
        return images.size() * static_cast<std::size_t>(media::kSamplesPerFrame);
    }
};

// The frames of `part`, as far as there are images. `detector` looks for the face that overlaps
// `face` most. Throws what media::Reader throws.
LoadedClip load_clip(media::Source source, const Interval& part, face::Detector& detector,
                     const face::Box& face);

// The audio alone.
Samples load_audio(media::Source source);

}  // namespace syncnet::evaluate
