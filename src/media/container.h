// An opened video file: its container is one that is allowed, its header is within the limits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "media/av.h"
#include "media/limits.h"
#include "media/source.h"
#include "media/whole_boxes.h"
#include "media/work_limit.h"

namespace syncnet::media {

// FFmpeg's AVIOContext on what can be read of a Source. FFmpeg opens nothing by itself: it knows no
// protocol.
class SourceIo {
  public:
    // `work` must outlive it.
    SourceIo(Source source, WorkLimit& work);

    AVIOContext* context() const noexcept { return context_.get(); }
    std::int64_t size() const noexcept { return state_->source.size(); }
    bool growing() const noexcept { return state_->source.growing(); }
    bool cut_off() const noexcept { return state_->whole.cut_off; }

  private:
    struct State {
        Source source;
        WholeBoxes whole;
        WorkLimit& work;
        std::int64_t position = 0;
    };
    static int read(void* opaque, std::uint8_t* into, int size) noexcept;
    static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept;

    std::unique_ptr<State> state_;  // FFmpeg holds its address
    AvPtr<AVIOContext> context_;
};

class Container {
  public:
    // Throws too_large, unsupported_media, unreadable_video, too_many_streams, too_long,
    // too_many_pixels, too_much_video, too_complex, bad_sample_rate; what stops `work`, which must
    // outlive it.
    Container(Source source, const Limits& limits, WorkLimit& work);

    std::string_view name() const noexcept { return name_; }
    AVFormatContext& format() const noexcept { return *format_; }

    // In seconds, if the header or the last timestamps tell; guesses from the bit rate do not
    // count.
    std::optional<double> duration() const noexcept;

    // Whether the last piece is missing, though nothing else tells.
    bool cut_off() const noexcept { return io_.cut_off(); }

    // The stream of that kind that matters: FFmpeg's choice, or the first that we can use if we
    // cannot use that (a phone may record the same audio in a proprietary codec and in AAC). Null:
    // none; cover art does not count.
    AVStream* choose(AVMediaType type, int related) const;

    std::span<AVStream* const> streams() const noexcept {
        return {format_->streams, format_->nb_streams};
    }

  private:
    void open(const Limits& limits, WorkLimit& work);
    void find_streams(const Limits& limits, WorkLimit& work);
    void check_header(const Limits& limits) const;

    SourceIo io_;                    // must outlive format_
    AvPtr<AVFormatContext> format_;  // owns the streams
    std::string_view name_;
};

// Cover art or a thumbnail: no video.
bool is_still(const AVStream& stream) noexcept;

}  // namespace syncnet::media
