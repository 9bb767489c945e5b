// Markers as an edit decision list (CMX 3600): what editors import.
#pragma once

#include <string>

#include "report/review.h"

namespace syncnet::report {

// An event a marker, of the video itself, in its own frame rate and from its own time code on; with
// "* LOC:" as Avid and Premiere read locators, and "|C: |M: |D:" as Resolve does. ASCII; at most
// kMostEvents, as the format has numbers of three digits.
inline constexpr std::size_t kMostEvents = 999;
std::string edl(const Review& review);

}  // namespace syncnet::report
