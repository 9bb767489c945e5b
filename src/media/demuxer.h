// From bytes to the packets of the one video and the one audio stream that matter.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "media/av.h"
#include "media/container.h"
#include "media/limits.h"
#include "media/reader.h"
#include "media/source.h"
#include "media/timestamp_mender.h"
#include "media/work_limit.h"

namespace syncnet::media {

class Demuxer {
  public:
    // `audio_track`, `images`: as in Options. Throws what Reader's constructor throws.
    // `work` must outlive it.
    Demuxer(Source source, const Limits& limits, const Options& options, WorkLimit& work);

    std::string_view container() const noexcept { return container_.name(); }
    AVStream& video() const noexcept { return *video_; }
    AVStream* audio() const noexcept { return audio_; }  // null: no audio
    const std::vector<AVStream*>& audio_tracks() const noexcept { return audio_tracks_; }
    AVStream* favourite() const noexcept { return favourite_; }  // of them; null: there is none

    std::optional<double> duration() const noexcept { return container_.duration(); }

    const AVFormatContext& container_format() const noexcept { return container_.format(); }

    // The next intact packet of the two streams; false at the end.
    bool read(AVPacket& packet, Damage& damage);

  private:
    void mend(AVPacket& packet);
    void require_progress(std::int64_t packet_us);
    bool ends_early() const;

    WorkLimit& work_;
    Container container_;  // owns the streams
    AVStream* video_ = nullptr;
    AVStream* audio_ = nullptr;
    AVStream* favourite_ = nullptr;
    std::vector<AVStream*> audio_tracks_;
    TimestampMender mender_;
    std::int64_t last_us_ = 0;                           // the end of the latest packet
    std::optional<std::int64_t> first_us_, reached_us_;  // of the packets' times
    std::int64_t packets_ = 0;                           // that have a time
};

}  // namespace syncnet::media
