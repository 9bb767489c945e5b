// A video whose audio is early or late, put right: measured, written anew with the offset taken
// out, and measured again.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/new_file.h"
#include "media/pitch.h"
#include "pipeline/analyzer.h"

namespace syncnet::pipeline {

struct FixOptions {
    // By which voice and which of the file's audio tracks; all are moved. Its
    // progress goes from 0 to 1 twice.
    Request request;
    // How audio that drifts gets the speed of the video; it is encoded again. Nothing: not at
    // all.
    std::optional<media::Pitch> drift;
    media::Limits limits;
    NewFile::IfThere if_there = NewFile::IfThere::refuse;
};

struct Fix {
    Analysis before;
    std::optional<Analysis> after;             // nothing: it was in sync, and nothing was written
    std::chrono::microseconds audio_later{0};  // at the beginning
    double speed = 1;                          // the audio's new one
};

// What puts the sound right.
struct Correction {
    std::chrono::microseconds audio_later{0};  // at the beginning, before it is stretched
    double speed = 1;
};

// This many frames are in sync: what people don't notice, and the measurement's own error.
inline constexpr int kInSyncFrames = 1;

// Nothing to fix: what `fix` leaves as it is.
bool in_sync(const Analysis& analysis);

// How far the audio has to be moved, and stretched. Throws not_fixable where that is not certain:
// too little evidence; a voice that would not be allowed if it were in its place; an offset that
// changes, or that is at the end of what is searched. One that changes steadily is corrected if
// `mend_drift`.
Correction correction_for(const Analysis& analysis, bool mend_drift = false);

// Writes `out`, which is there as a whole or not at all. Throws what correction_for, media::remux,
// NewFile and Analyzer throw; invalid_setting where `out` is `video`; not_fixable where the new
// file is not in sync either.
Fix fix(const Analyzer& analyzer, const std::filesystem::path& video,
        const std::filesystem::path& out, const FixOptions& options);

}  // namespace syncnet::pipeline
