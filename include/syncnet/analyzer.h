// A video in, how far its audio is from its lips out.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "syncnet/export.h"
#include "syncnet/result.h"

namespace syncnet {

class Feed;
struct FeedFormat;

struct AnalyzerOptions {
    // The folder of the models. Empty: SYNCNET_MODELS if set, else those that came with the
    // library.
    std::filesystem::path models;
    std::string model;                    // "lipsync-grid", say; empty: as docs/models.md says
    std::filesystem::path model_path;     // the published SyncNet, or a custom model
    std::filesystem::path detector_path;  // S3FD's weights, for the published SyncNet
    std::filesystem::path calibration;    // of one's own, as `syncnet calibrate` wrote it
    bool cropped = false;                 // the videos are face crops of the published pipeline
};

struct WindowOptions {
    double window_s = 2;
    double step_s = 1;  // from the start of one window to that of the next
};

// What may be asked of one video; the defaults are those of the command line.
struct Request {
    std::string face = "all";          // all, largest, left, right or a track's number
    std::string audio = "best";        // best, default, a track's number from 1 on, or a language
    std::optional<int> max_offset_ms;  // 200..10000, both ways; nothing: 2000
    std::optional<WindowOptions> windows;  // nothing: no timeline
    // Stop as soon as the verdict is sure, and say nothing of the rest (Result::stopped_at_s): for
    // a login, not for a file that may have been edited.
    bool early = false;
    std::optional<std::chrono::milliseconds> timeout;  // Error: timeout
    std::stop_token stop;                              // Error: cancelled, soon after
    // 0..1 of the video, from time to time, on the thread that called. Never called where the
    // length is not known. What it throws ends the analysis and comes out of it.
    std::function<void(double)> on_progress;
    // What is known of the video as it goes on, at least every half second of it; on the thread
    // that called, of a feed on a thread of the analyzer's. What it throws ends the analysis, too.
    // Not called by the published SyncNet, which judges a file as a whole.
    std::function<void(const Result&)> on_verdict;
};

// Immutable once made, and safe from any number of threads at once: one for the whole process. An
// analysis uses two threads, and memory that hardly grows with the video's length.
//
// Everything throws Error (error.h): not_found, path_not_allowed, empty_file, unsupported_media,
// unsupported_codec, unreadable_video, no_video_stream, too_long and others of an input; bad_model,
// model_not_available, invalid_setting, unsupported_processor of the models; invalid_request of a
// request; timeout, cancelled. No face, no audio and no speech are no errors but results.
class SYNCNET_API Analyzer {
  public:
    explicit Analyzer(const AnalyzerOptions& options = {});
    ~Analyzer();
    Analyzer(Analyzer&&) noexcept;
    Analyzer& operator=(Analyzer&&) noexcept;

    Result analyze_file(const std::filesystem::path& video, const Request& request = {}) const;
    // The bytes of a file; they must stay until it returns.
    Result analyze_bytes(std::span<const std::byte> video, const Request& request = {}) const;
    // Of a regular file, from its beginning, wherever it stands; stays the caller's and isn't
    // moved.
    Result analyze_fd(int fd, const Request& request = {}) const;

    // For frames and samples that are in no file (feed.h). Outlives this analyzer. Its request's
    // on_progress is never called.
    Feed feed(const FeedFormat& format, const Request& request = {}) const;

  private:
    friend class Feed;
    struct SYNCNET_LOCAL Impl;
    std::shared_ptr<const Impl> impl_;
};

}  // namespace syncnet
