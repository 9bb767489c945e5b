#include "media/time_code.h"

#include "media/reader.h"

namespace syncnet::media {
namespace {

std::string two_digits(std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string time_code(std::int64_t frame) {
    if (frame < 0) return "-" + time_code(-frame);
    const std::int64_t seconds = frame / kFrameRate;
    return two_digits(seconds / 3600) + ':' + two_digits(seconds / 60 % 60) + ':' +
           two_digits(seconds % 60) + ':' + two_digits(frame % kFrameRate);
}

}  // namespace syncnet::media
