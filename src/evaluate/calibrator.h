// A calibration from labelled clips: each is measured, then score and thresholds are fitted.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluate/manifest.h"
#include "pipeline/analyzer.h"
#include "score/calibration_file.h"

namespace syncnet::evaluate {

struct CalibratorOptions {
    std::function<pipeline::Request()> request;  // asked for anew for each clip: its time begins
    double fpr = 0.01;  // wanted: the share, 0..1, of clips that are ALLOWed but not genuine
    int jobs = 1;       // clips at a time
    std::function<void(double)> on_progress;  // 0..1 of the clips, from any thread, one at a time
    // "path: why": unreadable, or not enough evidence. Before it is known whether the rest will do.
    std::function<void(const std::string&)> on_left_out;
};

struct ErrorRates {
    double fpr = 0;  // of the clips that are not genuine: ALLOWed
    double fnr = 0;  // of the genuine ones: not ALLOWed
    double eer = 0;  // by the score alone
};

struct ChangedDecision {
    std::string path;
    bool genuine = false;
    score::Decision before = score::Decision::next, after = score::Decision::next;
};

struct CalibrationReport {
    score::CalibrationFile file;
    ErrorRates before, after;                // after: out of fold
    std::ptrdiff_t genuine = 0, others = 0;  // clips that it was fitted to
    std::vector<ChangedDecision> changed;    // by the new calibration
};

// Throws too_little_data, model_not_available, cancelled.
CalibrationReport calibrate(const pipeline::Analyzer& analyzer, const std::vector<Clip>& clips,
                            const CalibratorOptions& options, const std::stop_token& stop);

}  // namespace syncnet::evaluate
