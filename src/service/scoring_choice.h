// What a client may choose about how its video is scored: the same in a request, a job, the cache's
// key and a worker's task.
#pragma once

#include <optional>
#include <string>

#include "pipeline/reading.h"

namespace syncnet::service {

struct ScoringChoice {
    std::string model;                 // empty: the default one
    bool windows = false;              // also over time
    pipeline::FaceChoice face;         // whose voice it has to be
    pipeline::AudioChoice audio;       // in which of the file's audio tracks
    std::optional<int> max_offset_ms;  // nothing: the setting's

    bool operator==(const ScoringChoice&) const = default;
};

}  // namespace syncnet::service
