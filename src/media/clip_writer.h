// Writes a clip into memory, as a Matroska file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "media/i420.h"
#include "media/reader.h"

namespace syncnet::media {

enum class PictureCodec {
    lossless,  // H.264 without loss
    h264,
    vp8,
    mpeg4,
};

// Whether FFmpeg has an encoder for it here.
bool can_write(PictureCodec codec);

struct ClipFormat {
    PictureCodec codec = PictureCodec::lossless;
    std::int64_t bits_per_second = 0;  // of the pictures; not for `lossless`
    int sample_rate = kSampleRate;     // of the sound
};

// When each picture appears, in microseconds: they grow. Stored in steps of a millisecond.
using PictureTimes = std::span<const std::int64_t>;
// The picture of an index; all have one size.
using PictureAt = std::function<std::shared_ptr<const I420>(std::size_t)>;

// The sound is mono in [-1, 1], stored as 16-bit PCM from time 0 on; empty: there is none. At least
// one picture. Throws unsupported_codec where the encoder is missing or refuses.
std::vector<std::byte> write_clip(PictureTimes times_us, const PictureAt& picture,
                                  std::span<const float> sound, const ClipFormat& format = {});

}  // namespace syncnet::media
