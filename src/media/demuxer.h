// Containers: from bytes to the packets of the one video and the one audio stream that matter.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "media/av.h"
#include "media/limits.h"
#include "media/reader.h"
#include "media/source.h"
#include "media/timestamp_mender.h"

namespace syncnet::media {

// FFmpeg's AVIOContext on a Source. FFmpeg opens nothing by itself: it knows no protocol.
class SourceIo {
  public:
    explicit SourceIo(Source source);

    AVIOContext* context() const noexcept { return context_.get(); }
    std::int64_t size() const noexcept { return state_->source.size(); }

  private:
    struct State {
        Source source;
        std::int64_t position = 0;
    };
    static int read(void* opaque, std::uint8_t* into, int size) noexcept;
    static std::int64_t seek(void* opaque, std::int64_t offset, int whence) noexcept;

    std::unique_ptr<State> state_;  // FFmpeg holds its address
    AvPtr<AVIOContext> context_;
};

class Demuxer {
  public:
    // Throws what Reader's constructor throws.
    Demuxer(Source source, const Limits& limits);

    std::string_view container() const noexcept { return container_; }
    AVFormatContext& format() const noexcept { return *format_; }
    AVStream& video() const noexcept { return *video_; }
    AVStream* audio() const noexcept { return audio_; }  // null: no audio

    // In seconds, if the header or the last timestamps tell; guesses from the bit rate do not
    // count.
    std::optional<double> duration() const noexcept;

    // The next intact packet of the two streams; false at the end.
    bool read(AVPacket& packet, Damage& damage);

  private:
    void open(const Limits& limits);
    void find_streams(const Limits& limits);
    void check_header(const Limits& limits) const;
    AVStream* choose(AVMediaType type, int related) const;
    void mend(AVPacket& packet);
    bool ends_early() const;

    SourceIo io_;                    // must outlive format_
    AvPtr<AVFormatContext> format_;  // owns the streams
    std::string_view container_;
    AVStream* video_ = nullptr;
    AVStream* audio_ = nullptr;
    TimestampMender mender_;
    std::int64_t last_us_ = 0;  // the end of the latest packet
};

}  // namespace syncnet::media
