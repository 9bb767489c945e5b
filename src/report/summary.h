// A review in a few lines for a terminal, and as JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "report/review.h"

namespace syncnet::report {

std::string summary(const Review& review);

// The field "report" of `syncnet report --json`; docs/cli.md tells each.
nlohmann::json to_json(const Review& review);

}  // namespace syncnet::report
