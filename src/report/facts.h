// What the page tells of a file besides its offset.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/review.h"

namespace syncnet::report {

using Fact = std::pair<std::string, std::string>;  // what, and its value
std::vector<Fact> facts(const Review& review);

// "The offset stays the same: 1.2 ms a second, give or take 1.1.", and alike.
std::string drift_text(const Review& review);

}  // namespace syncnet::report
