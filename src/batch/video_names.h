// Which videos a batch is about.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace syncnet::batch {

// Of the containers that are read, in lower case; a name's own case does not matter.
inline constexpr std::array<std::string_view, 23> kVideoEndings{
    ".mp4",  ".m4v",  ".mov", ".3gp", ".3g2", ".mkv",  ".webm", ".avi",
    ".mpg",  ".mpeg", ".vob", ".ts",  ".mts", ".m2ts", ".qt",   ".f4v",
    ".mk3d", ".divx", ".mxf", ".flv", ".wmv", ".asf",  ".ogv"};
bool is_video_name(const std::filesystem::path& name);

// The longest name of a file; what is longer in a list is cut there and will not be found.
inline constexpr std::size_t kMaxNameBytes = 4096;

// Takes a name; false: no more are wanted.
using TakeName = std::function<bool(std::string)>;

// Every file below `folder` that is named like a video. Links are not followed. A folder that can't
// be read is handed out itself: opening it will say why. Memory grows with the folders only.
void videos_below(const std::filesystem::path& folder, const TakeName& take);

// A name a line, as they come; empty lines are passed over. Returns soon after a stop, also while
// nothing comes. `fd` stays the caller's. Throws internal where it can't be read.
void names_from(int fd, const std::stop_token& stop, const TakeName& take);

}  // namespace syncnet::batch
