// Times as editors write them.
#pragma once

#include <cstdint>
#include <string>

namespace syncnet::media {

// Hours:minutes:seconds:frames, at 25 frames a second: "01:02:03:24".
std::string time_code(std::int64_t frame);

}  // namespace syncnet::media
