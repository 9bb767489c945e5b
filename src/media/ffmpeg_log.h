#pragma once

namespace syncnet::media {

// FFmpeg's log belongs to the process; what matters in it reaches us as an error or as damage.
void silence_ffmpeg_once();

}  // namespace syncnet::media
