#include "media/time_code.h"

extern "C" {
#include <libavutil/timecode.h>
}

#include <array>
#include <cmath>

namespace syncnet::media {
namespace {

// 24 and 23.976 lie 0.1 % apart.
constexpr double kSame = 0.0004;
constexpr int kMostFrames = 240;

AVTimecode in_ffmpegs_words(FrameRate rate, int start, bool drops, bool of_day) {
    AVTimecode code{};
    code.start = start;
    code.rate = {rate.frames, rate.seconds};
    code.fps = static_cast<unsigned>(std::lround(rate.per_second()));
    code.flags = AV_TIMECODE_FLAG_ALLOWNEGATIVE;
    if (drops) code.flags |= AV_TIMECODE_FLAG_DROPFRAME;
    if (of_day) code.flags |= AV_TIMECODE_FLAG_24HOURSMAX;
    return code;
}

}  // namespace

FrameRate exact_rate(double fps) {
    for (int frames = 1; frames <= kMostFrames; ++frames)
        for (const FrameRate rate : {FrameRate{frames, 1}, FrameRate{frames * 1000, 1001}})
            if (std::abs(fps / rate.per_second() - 1) < kSame &&
                // 1000/1001 is the television of America: 24, 30 and their multiples.
                (rate.seconds == 1 || frames % 24 == 0 || frames % 30 == 0))
                return rate;
    return {};
}

TimeCodes::TimeCodes(const Info& video) {
    if (video.frame_rate.frames == 0) return;
    rate_ = video.frame_rate;
    later_us_ = video.zero_us - video.video_start_us;
    AVTimecode code{};
    if (video.time_code.empty() ||
        av_timecode_init_from_string(&code, {rate_.frames, rate_.seconds}, video.time_code.c_str(),
                                     nullptr) < 0)
        return;
    start_ = code.start;
    drops_ = (code.flags & AV_TIMECODE_FLAG_DROPFRAME) != 0;
    of_day_ = true;
}

int TimeCodes::own_frame(std::int64_t frame) const {
    const double seconds =
        static_cast<double>(frame) / kFrameRate + static_cast<double>(later_us_) / 1e6;
    return static_cast<int>(std::lround(seconds * rate_.per_second()));
}

std::string TimeCodes::text(int own_frame) const {
    const AVTimecode code = in_ffmpegs_words(rate_, start_, drops_, of_day_);
    std::array<char, AV_TIMECODE_STR_SIZE> text{};
    return av_timecode_make_string(&code, text.data(), own_frame);
}

}  // namespace syncnet::media
