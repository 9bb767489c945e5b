// The answer to one video.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"
#include "face/detection.h"
#include "media/reader.h"
#include "pipeline/audio_choice.h"
#include "pipeline/timeline.h"
#include "score/verdict.h"
#include "sync/sync_curve.h"

namespace syncnet::pipeline {

struct TrackAnalysis {
    int id = 0;
    std::int64_t first_frame = 0;
    std::int64_t frames = 0;
    face::Box mean_box, last_box;       // pixels of the upright image
    std::vector<face::Box> boxes;       // of each frame, if asked for
    std::vector<Interval> read, spoke;  // when its mouth could be read; when the voice was its own
    score::Voice voice;                 // as if no other face were there
    score::Evidence evidence;
    score::Verdict verdict;        // on this face alone
    std::vector<float> framewise;  // confidence per lip frame, where the model has it
};

struct Analysis {
    media::Info video;
    media::Damage damage;
    std::optional<AudioSearch> audio_search;  // which audio was judged
    double seconds = 0;                       // of image
    bool stopped = false;                     // there; the video goes on
    int width = 0, height = 0;  // of the first image, upright; what boxes are pixels of
    int shots = 0;
    std::vector<TrackAnalysis> tracks;  // the leading one first
    std::optional<Timeline> timeline;   // if asked for; its tracks are those above
    score::Voice voice;                 // of all faces together
    score::Evidence evidence;
    score::Verdict verdict;
    score::Thresholds thresholds;  // that the verdict was given by
    int max_offset = 0;            // frames that were searched, both ways
    std::string model, model_version, precision, detector;
    // Made as LSE-C and LSE-D are: the published SyncNet, its edges and its detector (or its
    // crops).
    bool as_published = false;
};

// What `POST /score` answers and `syncnet score --json` prints; docs/api.md tells each field.
// Fields of the legacy API keep their names and meaning.
struct JsonOptions {
    bool framewise = false;    // every track's confidence per frame
    bool all_windows = false;  // the timeline of every track, where there is one
};
nlohmann::json to_json(const Analysis& analysis, const JsonOptions& options = {});

}  // namespace syncnet::pipeline
