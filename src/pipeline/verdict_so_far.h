// What is said of a video while it goes on: short, as it is said twice a second.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "pipeline/analysis.h"

namespace syncnet::pipeline {

// What a person before the camera can do so that there is more to judge by.
enum class Hint { no_audio, no_face, face_too_small, mouth_covered, speak_louder };
std::string_view to_string(Hint hint);

// The most pressing first.
std::vector<Hint> hints(const Analysis& so_far);

// {"seconds", "decision", "score", "offset_frames", "confidence", "evidence_s", "speech_s",
// "reason_codes", "hints", "width", "height", "faces": [{"track", "box"}]}; docs/api.md.
nlohmann::json verdict_so_far(const Analysis& so_far);

}  // namespace syncnet::pipeline
