#include "media/ffmpeg_log.h"

#include "media/av.h"

namespace syncnet::media {

void silence_ffmpeg_once() {
    static const bool done = (av_log_set_level(AV_LOG_QUIET), true);
    static_cast<void>(done);
}

}  // namespace syncnet::media
