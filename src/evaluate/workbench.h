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
    // The clip's own audio; `later` by so many samples (earlier where negative).
    Samples own_audio(std::int64_t later = 0) const;

    // Other images, by default one each 40 ms, with the clip's own audio or another one.
    pipeline::Reading with_images(const media::ImageAt& image,
                                  const media::ClipFormat& format = {}) const;
    pipeline::Reading with_images(media::ImageTimes times_us, const media::ImageAt& image,
                                  std::span<const float> audio,
                                  const media::ClipFormat& format = {}) const;
    // The clean lips with another audio.
    pipeline::Reading with_audio(std::span<const float> audio, int rate = media::kSampleRate) const;

    std::vector<std::int64_t> usual_times() const;

  private:
    pipeline::Reading read(std::span<const std::byte> file) const;

    const Judge* judge_;
    LoadedClip clip_;
    pipeline::Reading clean_;
};

}  // namespace syncnet::evaluate
