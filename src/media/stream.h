// What a video is read from, piece by piece: a file, or whatever else makes frames and samples.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "media/reader.h"

namespace syncnet::media {

class Stream {
  public:
    virtual ~Stream() = default;

    virtual const Info& info() const noexcept = 0;
    virtual std::optional<Item> next() = 0;  // as Reader::next()
    virtual const Damage& damage() const noexcept = 0;
    // From another thread: a next() that waits for its caller's caller returns nothing.
    virtual void stop() noexcept {}
};

// Opens the video from its beginning: once for its images, and again for each other audio.
using OpenStream = std::function<std::unique_ptr<Stream>(const Options&)>;

OpenStream open_file(Source source, const Limits& limits);

}  // namespace syncnet::media
