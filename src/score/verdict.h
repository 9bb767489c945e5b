// From measurements to a decision: how likely it is that the voice belongs to these lips, whether
// there was enough to judge by, and what to do.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/sync_curve.h"

namespace syncnet::score {

enum class Decision { allow, next, block };
std::string_view to_string(Decision decision);  // "ALLOW", "NEXT", "BLOCK"

// Why a decision was taken. Stable codes; part of the API.
enum class Reason {
    in_sync,
    offset_too_large,  // the sound fits the lips, but at another time
    voice_does_not_match,
    uncertain,  // between the thresholds
    no_audio,
    no_face,
    no_speech,
    too_short,
    mouth_not_visible,  // a face, but nowhere long enough to read the lips
};
std::string_view to_string(Reason reason);
std::string codes(std::span<const Reason> reasons);  // one string, "a;b"
std::string_view explain(Reason reason);             // one sentence

struct Thresholds {
    double allow = 0.90;
    double next = 0.75;
    int max_offset_frames = 2;
};

// score = sigmoid(intercept + confidence_weight * confidence + min_dist_weight * min_dist
//                 + length_weight * ln(evidence / kUsualPairs)) * exp(-(|offset| /
//                 offset_width)^offset_power)
// The seed's form and, for the bundled model, how much evidence there was: the more, the less of a
// minimum chance makes, so less confidence means as much (training/calibrate.py fits it).
inline constexpr double kUsualPairs = 64;

struct Calibration {
    double intercept = 0;
    double confidence_weight = 0;
    double min_dist_weight = 0;
    double length_weight = 0;
    double offset_width = 11;
    double offset_power = 2;
    sync::DistanceScale scale;
    // Less than this is not enough to judge by.
    double min_speech_seconds = 0;
    double min_face_seconds = 0;
};

// Reads models/<model>.calibration.json. Throws bad_model.
Calibration load_calibration(const std::filesystem::path& path);

double score(const sync::SyncResult& result, const Calibration& calibration);

// What there was to judge by.
struct Evidence {
    bool has_audio = false;
    double seconds = 0;       // of the video
    double face_seconds = 0;  // with a face whose lips can be read, in the track that leads
    bool any_face = false;
    double speech_seconds = 0;  // with speech, while that face was there
};

struct Verdict {
    // Nothing where there was not enough evidence: no number is made up.
    std::optional<double> score;
    Decision decision = Decision::next;
    std::vector<Reason> reasons;  // never empty
};

Verdict judge(const std::optional<sync::SyncResult>& result, const Evidence& evidence,
              const Calibration& calibration, const Thresholds& thresholds);

}  // namespace syncnet::score
