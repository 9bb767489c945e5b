#include "media/image_normalizer.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "media/pixel_format.h"

namespace syncnet::media {
namespace {

constexpr int kAlignment = 64;
constexpr double kMaxAspect = 8.0;  // beyond this the header is more likely to be wrong

bool is_gray(const AVPixFmtDescriptor& format) {
    return (format.flags & AV_PIX_FMT_FLAG_RGB) == 0 && format.nb_components <= 2 &&
           (format.flags & AV_PIX_FMT_FLAG_PAL) == 0;
}

// The format that this one becomes.
AVPixelFormat target_format(AVPixelFormat format) {
    switch (format) {
        case AV_PIX_FMT_YUV420P:
        case AV_PIX_FMT_YUVJ420P:
            return AV_PIX_FMT_YUV420P;
        case AV_PIX_FMT_YUV422P:
        case AV_PIX_FMT_YUVJ422P:
            return AV_PIX_FMT_YUV422P;
        case AV_PIX_FMT_YUV444P:
        case AV_PIX_FMT_YUVJ444P:
            return AV_PIX_FMT_YUV444P;
        default:
            break;
    }
    const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
    if (description == nullptr) throw Error(ErrorCode::unsupported_codec, "unknown pixel format");
    if (is_gray(*description)) return AV_PIX_FMT_GRAY8;
    // RGB has a colour for every pixel: screen recordings, and crops that were kept without loss.
    return (description->flags & AV_PIX_FMT_FLAG_RGB) != 0 ? AV_PIX_FMT_YUV444P
                                                           : AV_PIX_FMT_YUV420P;
}

// Damaged headers put numbers into these enums that C++ does not allow to be in them.
template <class Enum>
void drop_invalid(Enum& value, Enum end, Enum unknown) {
    static_assert(sizeof(Enum) == sizeof(unsigned));
    unsigned number = 0;
    std::memcpy(&number, &value, sizeof number);
    if (number >= static_cast<unsigned>(end)) value = unknown;
}

// Says in the frame itself what its format and its silence imply about its colours.
void resolve_colours(AVFrame& frame) {
    drop_invalid(frame.colorspace, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
    drop_invalid(frame.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED);
    const auto format = static_cast<AVPixelFormat>(frame.format);
    const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
    if (description != nullptr && (description->flags & AV_PIX_FMT_FLAG_RGB) != 0) {
        frame.colorspace = AVCOL_SPC_SMPTE170M;  // what we convert it to
        frame.color_range = AVCOL_RANGE_MPEG;
        return;
    }
    if (without_range(format) != format) {
        frame.format = without_range(format);
        frame.color_range = AVCOL_RANGE_JPEG;
    }
    if (frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RGB) {
        const bool high_definition = frame.height > 576 || frame.width > 1024;
        const bool jpeg = frame.color_range == AVCOL_RANGE_JPEG;
        frame.colorspace = high_definition && !jpeg ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    }
}

struct Size {
    int width;
    int height;
};

Size analysis_size(const AVFrame& frame, AVRational aspect) {
    double width = frame.width;
    double height = frame.height;
    if (aspect.num > 0 && aspect.den > 0) {
        const double ratio = av_q2d(aspect);
        if (ratio <= kMaxAspect && ratio >= 1 / kMaxAspect) width *= ratio;
    }
    const double shrink = std::min(1.0, kMaxAnalysisSide / std::max(width, height));
    const auto pixels = [shrink](double side) {
        return std::max(1, static_cast<int>(std::lround(side * shrink)));
    };
    return {pixels(width), pixels(height)};
}

}  // namespace

FramePtr FramePool::get(AVPixelFormat format, int width, int height) {
    const int bytes = av_image_get_buffer_size(format, width, height, kAlignment);
    if (bytes < 0) throw Error(ErrorCode::unreadable_video, "impossible image size");
    if (pool_ == nullptr || bytes != bytes_) {
        // swscale may touch a few bytes beyond the last row.
        const auto size = static_cast<std::size_t>(bytes) + kAlignment;
        pool_.reset(checked(av_buffer_pool_init(size, nullptr)));
        bytes_ = bytes;
    }
    FramePtr frame = make_frame();
    frame->buf[0] = checked(av_buffer_pool_get(pool_.get()));
    frame->format = format;
    frame->width = width;
    frame->height = height;
    av_image_fill_arrays(frame->data, frame->linesize, frame->buf[0]->data, format, width, height,
                         kAlignment);
    return frame;
}

Image ImageNormalizer::normalize(const AVFrame& decoded, AVRational aspect,
                                 const Orientation& orientation) {
    FramePtr frame(checked(av_frame_clone(&decoded)));
    auto format = target_format(static_cast<AVPixelFormat>(frame->format));
    // A transposed 4:2:2 image would be 4:4:0.
    if (orientation.transpose && format == AV_PIX_FMT_YUV422P) format = AV_PIX_FMT_YUV420P;
    resolve_colours(*frame);

    const Size size = analysis_size(*frame, aspect);
    if (frame->format != format || frame->width != size.width || frame->height != size.height) {
        frame = scale(*frame, format, size.width, size.height);
    }
    if (!orientation.is_upright()) frame = turned(*frame, orientation);
    if (frame->format == AV_PIX_FMT_GRAY8) add_neutral_colour(*frame);
    return Image(std::shared_ptr<const AVFrame>(std::move(frame)));
}

FramePtr ImageNormalizer::scale(const AVFrame& from, AVPixelFormat format, int width, int height) {
    FramePtr to = scaled_.get(format, width, height);
    SwsContext* const context =
        sws_.prepare({.from_width = from.width,
                      .from_height = from.height,
                      .from_format = static_cast<AVPixelFormat>(from.format),
                      .to_width = width,
                      .to_height = height,
                      .to_format = format,
                      .matrix = from.colorspace,
                      .full_range = from.color_range == AVCOL_RANGE_JPEG});
    sws_scale(context, from.data, from.linesize, 0, from.height, to->data, to->linesize);
    to->colorspace = from.colorspace;
    to->color_range = from.color_range;
    return to;
}

FramePtr ImageNormalizer::turned(const AVFrame& from, const Orientation& orientation) {
    const int width = orientation.transpose ? from.height : from.width;
    const int height = orientation.transpose ? from.width : from.height;
    FramePtr to = turned_.get(static_cast<AVPixelFormat>(from.format), width, height);
    turn(from, *to, orientation);
    to->colorspace = from.colorspace;
    to->color_range = from.color_range;
    return to;
}

// Makes a grey image a 4:2:0 one without copying it: every row of its colour is the same row.
void ImageNormalizer::add_neutral_colour(AVFrame& gray) {
    if (neutral_ == nullptr || neutral_->width < gray.width) {
        neutral_ = FramePool().get(AV_PIX_FMT_GRAY8, gray.width, 1);
        std::memset(neutral_->data[0], 128, static_cast<std::size_t>(neutral_->linesize[0]));
    }
    const auto free_slot = std::ranges::find(gray.buf, nullptr);
    if (free_slot == std::ranges::end(gray.buf)) {
        throw Error(ErrorCode::internal, "no free buffer slot in a frame");
    }
    *free_slot = checked(av_buffer_ref(neutral_->buf[0]));
    gray.format = AV_PIX_FMT_YUV420P;
    for (const int plane : {1, 2}) {
        gray.data[plane] = neutral_->data[0];
        gray.linesize[plane] = 0;
    }
}

}  // namespace syncnet::media
