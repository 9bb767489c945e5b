// The markers of all videos as a table for spreadsheets.
#pragma once

#include <span>
#include <string>

#include "report/review.h"

namespace syncnet::report {

// RFC 4180, a row a marker, the columns in docs/cli.md. Text that a spreadsheet would take for a
// formula gets a ' before it. A video that could not be read has one row, of kind "error".
std::string csv(std::span<const Entry> entries);

}  // namespace syncnet::report
