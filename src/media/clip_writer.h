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

enum class ImageCodec {
    lossless,  // H.264 without loss
    h264,
    vp8,
    mpeg4,
};

// Whether FFmpeg has an encoder for it here.
bool can_write(ImageCodec codec);

struct ClipFormat {
    ImageCodec codec = ImageCodec::lossless;
    std::int64_t bits_per_second = 0;  // of the images; not for `lossless`
    int sample_rate = kSampleRate;     // of the audio
};

// When each image appears, in microseconds: they grow. Stored in steps of a millisecond.
using ImageTimes = std::span<const std::int64_t>;
// The image of an index; all have one size.
using ImageAt = std::function<std::shared_ptr<const I420>(std::size_t)>;

// The audio is mono in [-1, 1], stored as 16-bit PCM from time 0 on; empty: there is none. At least
// one image. Throws unsupported_codec where the encoder is missing or refuses.
std::vector<std::byte> write_clip(ImageTimes times_us, const ImageAt& image,
                                  std::span<const float> audio, const ClipFormat& format = {});

}  // namespace syncnet::media
