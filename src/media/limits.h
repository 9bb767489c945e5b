// What an input may cost. Checked against the header when a file is opened and again while it is
// decoded, because headers lie and a webm from a browser states no duration at all.
#pragma once

#include <cstdint>

namespace syncnet::media {

inline constexpr std::int64_t kDefaultMaxBytes = 500LL * 1000 * 1000;
inline constexpr double kDefaultMaxSeconds = 2.0 * 60 * 60;
// One 8K DCI image; nothing that is uploaded to have its lips judged is larger.
inline constexpr std::int64_t kDefaultMaxPixelsPerFrame = 8192LL * 4320;
// Two hours of 1080p60.
inline constexpr std::int64_t kDefaultMaxTotalPixels = 1920LL * 1080 * 60 * 7200;
// A file that lasts longer than this needs this many bytes for it: 44 kbit/s in the long run, less
// than slides with a voice have. A few images far apart would else be hours of work.
inline constexpr double kDefaultFreeSeconds = 5.0 * 60;
inline constexpr double kDefaultSecondsPerMegabyte = 180;
// To decode it: twice what an hour of slides in 1080p at 100 kbit/s takes.
inline constexpr double kDefaultFreeCpuSeconds = 30;
inline constexpr double kDefaultCpuSecondsPerMegabyte = 15;
inline constexpr int kDefaultMaxStreams = 32;
inline constexpr int kDefaultMinSampleRate = 4'000;
inline constexpr int kDefaultMaxSampleRate = 384'000;

struct Limits {
    std::int64_t max_bytes = kDefaultMaxBytes;                        // else too_large
    double max_seconds = kDefaultMaxSeconds;                          // else too_long
    std::int64_t max_pixels_per_frame = kDefaultMaxPixelsPerFrame;    // else too_many_pixels
    std::int64_t max_total_pixels = kDefaultMaxTotalPixels;           // else too_much_video
    double free_seconds = kDefaultFreeSeconds;                        // whatever its bytes, and
    double seconds_per_megabyte = kDefaultSecondsPerMegabyte;         // else too_complex
    double free_cpu_seconds = kDefaultFreeCpuSeconds;                 // whatever its bytes, and
    double cpu_seconds_per_megabyte = kDefaultCpuSecondsPerMegabyte;  // else too_complex
    int max_streams = kDefaultMaxStreams;                             // else too_many_streams
    int min_sample_rate = kDefaultMinSampleRate;                      // Hz; else bad_sample_rate
    int max_sample_rate = kDefaultMaxSampleRate;                      // Hz; else bad_sample_rate
};

}  // namespace syncnet::media
