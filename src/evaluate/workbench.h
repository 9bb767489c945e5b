// Makes new clips out of one that is in memory, and reads them as the product reads a file.
#pragma once

#include "evaluate/embedding_cases.h"
#include "evaluate/loaded_clip.h"
#include "media/clip_writer.h"

namespace syncnet::evaluate {

class Workbench {
  public:
    // Reads the clip as it was loaded: clean(). `judge` must outlive it. Throws what reading
    // throws.
    Workbench(const Judge& judge, LoadedClip clip);

    const LoadedClip& clip() const { return clip_; }
    const pipeline::Reading& clean() const { return clean_; }
    // The clip's own sound; `later` by so many samples (earlier where negative).
    Samples own_sound(std::int64_t later = 0) const;

    // Other pictures, by default one each 40 ms, with the clip's own sound or another one.
    pipeline::Reading with_pictures(const media::PictureAt& picture,
                                    const media::ClipFormat& format = {}) const;
    pipeline::Reading with_pictures(media::PictureTimes times_us, const media::PictureAt& picture,
                                    std::span<const float> sound,
                                    const media::ClipFormat& format = {}) const;
    // The clean lips with another sound.
    pipeline::Reading with_sound(std::span<const float> sound, int rate = media::kSampleRate) const;

    std::vector<std::int64_t> usual_times() const;

  private:
    pipeline::Reading read(std::span<const std::byte> file) const;

    const Judge* judge_;
    LoadedClip clip_;
    pipeline::Reading clean_;
};

}  // namespace syncnet::evaluate
