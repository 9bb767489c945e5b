// What a model's measurements are worth: how likely it is that a voice belongs to lips that
// measure so.
#pragma once

#include <filesystem>
#include <optional>

#include "sync/sync_curve.h"

namespace syncnet::score {

// What one pair of a lip frame and its audio tells a model whose pairs are known well enough to
// judge parts of a file by. Distances are on the published scale.
struct PairStatistics {
    // How much nearer than the usual distance a matching pair is.
    double advantage = 0;
    // Log likelihood ratio for a match, in nats, of one pair per unit of distance: advantage over
    // variance, over the number of frames that say the same.
    double nats = 0;
};

// A verdict that is asked for again and again while a video goes on, and given before its end, has
// to be surer than one at the end: chosen so that of validation's mismatched clips at most 1 in 200
// is ever allowed, however often it is looked at, and of its genuine ones at most 1 in 200 is ever
// blocked (bench/early.py).
struct EarlyStop {
    double allow = 1;             // the least score,
    double allow_seconds = 0;     // and the least evidence for it
    double mismatch_seconds = 0;  // the least evidence for "the voice does not match"
};

// fit = sigmoid(g * (intercept + confidence_weight * confidence + min_dist_weight * min_dist)
//               + ln prior(offset) - ln(faces)),  g = evidence / (evidence + evidence_half)
// score = fit * exp(-(|offset| / offset_width)^offset_power)
//
// The legacy formula's form. Without evidence nothing is known (0.5), with much of it the
// measurements count in full; for the published model, which knows nothing of evidence, g is 1 and
// there is no prior.
struct Calibration {
    double intercept = 0;
    double confidence_weight = 0;
    double min_dist_weight = 0;
    double evidence_half = 0;  // frames of evidence at which the measurements count half
    double offset_width = 11;  // frames
    double offset_power = 2;
    sync::DistanceScale scale;
    // Less than this is not enough to judge by.
    double min_speech_seconds = 0;
    double min_face_seconds = 0;
    // "It fits nowhere" is sure below this fit, and with so much evidence.
    double mismatch_fit = 1;
    double mismatch_seconds = 0;
    std::optional<PairStatistics> pairs;  // none: one offset for the whole file, one face leads
    std::optional<EarlyStop> early;       // none: no verdict before the end
};

// ln of how likely an offset is before anything is measured, 0 at 0: files are in sync or near it,
// so far minima must be clearer. 1 / (1 + (offset / 5)^2), offset in frames.
double log_offset_prior(double offset_frames);

// How likely it is, 0..1, that the voice belongs to these lips at whichever offset. `faces`: so
// many could have fitted by accident.
double fit(const sync::SyncResult& result, const Calibration& calibration, int faces = 1);
// The same, were every offset as likely as any other: what "it fits nowhere" is asked of.
double fit_at_any_offset(const sync::SyncResult& result, const Calibration& calibration,
                         int faces = 1);
// The same that they belong together as they are: an offset counts against it.
double score(const sync::SyncResult& result, const Calibration& calibration, int faces = 1);

// Reads models/<model>.calibration.json. Throws bad_model.
Calibration load_calibration(const std::filesystem::path& path);

}  // namespace syncnet::score
