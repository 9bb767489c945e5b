// From what was measured to a decision: one typed verdict, from which every number, sentence and
// image comes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "score/reason.h"
#include "score/voice.h"

namespace syncnet::score {

enum class Decision { allow, next, block };
std::string_view to_string(Decision decision);  // "ALLOW", "NEXT", "BLOCK"

struct Thresholds {
    double allow = 0.90;
    double next = 0.75;
    int max_offset_frames = 2;
};

// What there was to judge by, in seconds.
struct Evidence {
    bool has_audio = false;
    bool any_face = false;
    bool cut_off = false;  // the file ends before its header says
    double seconds = 0;    // of the video
    double speech = 0;     // heard in it
    double seen = 0;       // of that, while a face was in view
    double readable = 0;   // of that, while a mouth could be read, whether it moved or not
    double still = 0;      // of that, while no mouth in view moved
};

struct Verdict {
    // 0..1: that these are a person and his voice. Nothing where there was not enough evidence: no
    // number is made up.
    std::optional<double> score;
    Decision decision = Decision::next;
    std::vector<Why> reasons;  // never empty; the one that decided first
};

// ALLOW and BLOCK are earned: both take enough evidence. `max_offset`: how far was searched,
// frames.
Verdict judge(const Voice& voice, const Evidence& evidence, const Calibration& calibration,
              const Thresholds& thresholds, int max_offset);

// Whether a verdict on the beginning of a video stands, whatever its rest may say about the same
// voice and the same lips: ALLOW, or BLOCK because the voice does not match. Nothing else can be
// told before the end.
bool is_settled(const Verdict& verdict, const Voice& voice, const Calibration& calibration);

// How far from 0 the offset is anywhere in the file, frames.
double worst_offset(const Voice& voice);

}  // namespace syncnet::score
