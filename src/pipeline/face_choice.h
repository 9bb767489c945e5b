// Which of the faces are judged: all of them, or one person's (a login wants the largest).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading.h"

namespace syncnet::pipeline {

// "all", "largest", "left", "right", or a track's number. Nothing where it is none of these.
std::optional<FaceChoice> parse_face_choice(std::string_view text);
std::string to_string(const FaceChoice& choice);

// The same in words, for whoever asked for none of these.
inline constexpr std::string_view kFaceChoices =
    "all, largest, left, right or a face's number (`track` in debug.all_results)";

// The tracks of that face. In each shot it is another track: a track counts unless a larger one (or
// one further to that side) is in view for half of its time. Throws invalid_request where there is
// no such track number.
std::vector<const ReadTrack*> chosen_tracks(const Reading& reading, const FaceChoice& choice);

}  // namespace syncnet::pipeline
