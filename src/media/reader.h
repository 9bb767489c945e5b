// A video in, images at 25 per second and samples at 16 kHz out, on one clock.
//
// The clock starts with the stream that starts first (up to 40 ms after it, if that is the audio,
// so that the first image falls on a whole frame). A stream that starts later is padded, never
// shifted: image i and sample 640 * i always belong to the same instant.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "media/image.h"
#include "media/limits.h"
#include "media/source.h"

namespace syncnet::media {

inline constexpr int kFrameRate = 25;
inline constexpr int kSampleRate = 16'000;
inline constexpr int kSamplesPerFrame = kSampleRate / kFrameRate;

struct Options {
    // Decoder threads for the video. More than one adds latency and memory (one image per
    // thread).
    int threads = 1;
    // Which of Info::audio_tracks is heard; nothing: the one that the container favours.
    std::optional<int> audio_track;
    // Called now and then, also from within FFmpeg: what it throws ends the reading, and is thrown.
    std::function<void()> check = {};
    bool images = true;  // false: the audio alone, decoded without a look at the video
};

// One of the file's audio streams, as its header tells.
struct AudioTrack {
    std::string codec;     // FFmpeg's name
    std::string language;  // as the container tags it, such as "eng"; empty: not said
    std::string layout;    // FFmpeg's name: "stereo", "5.1", ...
    int sample_rate = 0;
    int channels = 0;
    std::optional<int> centre;  // which of the channels stands in the middle of three or more
    bool is_default = false;    // the container's favourite
    bool readable = false;      // its codec is one of ours
};

struct FrameRate {
    int frames = 0, seconds = 0;  // 30000 / 1001; both 0: not known, or none that editors use
    double per_second() const { return static_cast<double>(frames) / seconds; }
    bool operator==(const FrameRate&) const = default;
};

// What the header says, before anything is decoded; for display and for logs.
struct Info {
    std::string
        container;  // "mp4", "matroska", "avi", "mpegps", "mpegts", "mxf", "flv", "asf", "ogg"
    std::string video_codec;  // FFmpeg's codec names: "h264", "vp9", ...
    int width = 0;            // as coded: before rotation and scaling to square pixels
    int height = 0;
    double fps = 0;                        // nominal; 0 if unknown
    FrameRate frame_rate;                  // exactly
    std::string time_code;                 // of the first image, as the file tags it; or empty
    std::int64_t video_start_us = 0;       // the container's time of the first image
    int rotation = 0;                      // degrees clockwise that were applied: 0, 90, 180 or 270
    std::vector<AudioTrack> audio_tracks;  // in the order of the file
    std::optional<int> audio_track;        // the one that is heard; nothing: no audio
    std::string audio_codec;               // of that one; empty without audio
    std::int64_t zero_us = 0;              // the container's time that is the clock's 0
    std::optional<double> seconds;         // unknown for live recordings such as a browser's webm
};

// The image shown at index / 25 s. Indices run from 0 without a hole. No image: the video has
// not started yet (its first image is not shown before its time).
struct Frame {
    std::int64_t index;
    std::optional<Image> image;
};

// Samples in [-1, 1]; sample k is the audio at (first + k) / 16000 s. Contiguous from 0: silence
// stands for a late start and for gaps. The spans are valid until the next call of Reader::next().
struct Samples {
    std::int64_t first;
    std::span<const float> mono;                            // all channels together
    std::span<const std::span<const float>> channels = {};  // each alone; empty: one, or too many
};

using Item = std::variant<Frame, Samples>;

// What went wrong so far without being fatal.
struct Damage {
    std::int64_t packets = 0;  // packets that were skipped or decoded with errors
    bool truncated = false;    // the file ends before its header says so
};

// Reads one source once, from beginning to end, in memory that does not depend on its length.
// Frames and samples come in the order of the file, so one can run ahead of the other as far as the
// file interleaves them. Neither is padded at the end: they may end at different times.
//
// The containers and codecs of media/codecs.cpp: nothing else is even tried. Nothing but the source
// is ever opened. Not thread-safe; different readers are independent.
class Reader {
  public:
    // Opens and reads the header. Throws too_large, unsupported_media (no known container),
    // unreadable_video (a known container, damaged), no_video_stream (cover art does not count),
    // unsupported_codec (of the video, or of all audio there is), too_many_streams,
    // too_long, too_many_pixels, too_much_video, too_complex, bad_sample_rate; what
    // Options::check throws; invalid_request where there is no
    // such audio track.
    Reader(Source source, const Limits& limits, const Options& options = {});
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    const Info& info() const noexcept;

    // The next frame or run of samples; nothing at the end. Throws the limits' errors when the
    // stream turns out larger than its header said, and unreadable_video at the end if not one
    // image could be decoded. After an exception the reader is of no further use.
    std::optional<Item> next();

    const Damage& damage() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace syncnet::media
