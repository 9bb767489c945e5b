// What is told of each reason: in the voice of a colleague, with its numbers, and what to do.
#pragma once

#include <span>
#include <string>

#include "score/verdict.h"

namespace syncnet::score {

// Of the reasons that come of what is missing.
std::string sentence(Reason reason, const Evidence& evidence, const Calibration& calibration);

std::string in_sync_sentence(const Voice& voice);
std::string little_sentence(const Voice& voice);
std::string uncertain_sentence(const Voice& voice, const Thresholds& thresholds);
std::string mismatch_sentence(const Voice& voice, int max_offset);
std::string part_sentence(const Voice& voice);
std::string offset_sentence(const Voice& voice, int max_offset);
std::string edge_sentence(int max_offset);
std::string drift_sentence(const Drift& drift);
std::string jumps_sentence(std::span<const Jump> jumps);

// "120 ms early", "80 ms late", "in place"
std::string offset_text(double offset_frames);

}  // namespace syncnet::score
