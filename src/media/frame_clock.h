// Images of any frame rate, or of none, to 25 per second: each time gets the image that was
// taken nearest to it, as far as that is known. Always taking the latest would show a camera of 24
// or 30 frames a second 7 to 20 ms late.
#pragma once

#include <cstdint>
#include <optional>

#include "media/av.h"
#include "media/reader.h"

namespace syncnet::media {

class FrameClock {
  public:
    // What is shown when: pull() hands these out instead of finished images, so that images
    // that are never shown are never converted either.
    struct Shown {
        std::int64_t index;
        const AVFrame* frame;  // null before the first image; valid until the next pull()
        bool is_new;           // else the same as in the previous index
    };

    FrameClock();

    // Takes the frame's contents. Times are in microseconds on the common clock. Only after pull()
    // has returned nothing.
    void push(AVFrame& frame, std::int64_t time_us, std::int64_t duration_us);

    // No more images: the last one is shown for its duration.
    void finish();

    std::optional<Shown> pull();

  private:
    bool is_due(std::int64_t now_us) const;

    struct Entry {
        FramePtr frame = make_frame();
        std::int64_t time_us = 0;
        std::int64_t end_us = 0;
        bool filled = false;
    };

    Entry current_;
    Entry next_;
    std::int64_t index_ = 0;
    bool is_new_ = true;
    bool finished_ = false;
};

}  // namespace syncnet::media
