// From whatever a decoder puts out to a Image.
#pragma once

#include "media/av.h"
#include "media/image.h"
#include "media/orientation.h"
#include "media/sws.h"

namespace syncnet::media {

// Frames of one size and format whose memory is used again.
class FramePool {
  public:
    FramePtr get(AVPixelFormat format, int width, int height);

  private:
    AvPtr<AVBufferPool> pool_;
    int bytes_ = 0;
};

// Usual formats of a usual size pass without a copy; the rest is converted, scaled and turned.
class ImageNormalizer {
  public:
    // `aspect`: width : height of one coded pixel, 0 if unknown.
    Image normalize(const AVFrame& decoded, AVRational aspect, const Orientation& orientation);

  private:
    FramePtr scale(const AVFrame& from, AVPixelFormat format, int width, int height);
    FramePtr turned(const AVFrame& from, const Orientation& orientation);
    void add_neutral_colour(AVFrame& gray);

    Sws sws_;
    FramePool scaled_;
    FramePool turned_;
    FramePtr neutral_;  // a row of "no colour", shared by all grey images
};

}  // namespace syncnet::media
