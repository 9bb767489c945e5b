// Times as editors write them (SMPTE 12M): hours:minutes:seconds:frames, ";" before the frames
// where numbers are dropped, so that 29.97 frames a second keep the time of the clock.
#pragma once

#include <cstdint>
#include <string>

#include "base/interval.h"
#include "media/reader.h"

namespace syncnet::media {

class TimeCodes {
  public:
    // At 25 a second, from 0 on.
    TimeCodes() = default;
    // In the video's own frames and from its own start, where the file tells them: an editor finds
    // the place by them. A rate that is none of editors' (or that varies) leaves the 25.
    explicit TimeCodes(const Info& video);

    // Of the image shown at frame / 25 s of our clock.
    std::string at(std::int64_t frame) const { return text(own_frame(frame)); }
    // Which of the video's own frames that is, from its first one on; and its time code.
    int own_frame(std::int64_t frame) const;
    std::string text(int own_frame) const;

    FrameRate rate() const { return rate_; }
    bool drops() const { return drops_; }       // numbers, so that the code keeps the clock's time
    bool from_file() const { return of_day_; }  // it starts where the file says, not at 0
    std::string range(const Interval& frames) const {
        return at(frames.from) + " - " + at(frames.to);
    }

  private:
    FrameRate rate_{.frames = kFrameRate, .seconds = 1};
    int start_ = 0;  // in frames of that rate
    bool drops_ = false, of_day_ = false;
    std::int64_t later_us_ = 0;  // our 0 after the video's first image
};

// The exact rate that editors mean by a measured one: 23.976 is 24000/1001. Nothing where it is
// none: {0, 0}.
FrameRate exact_rate(double fps);

}  // namespace syncnet::media
