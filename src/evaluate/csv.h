// CSV as RFC 4180 has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace syncnet::evaluate {

// The field, in quotes where it needs them.
std::string csv_field(std::string_view text);

struct CsvRecord {
    std::size_t line = 0;  // where it begins, from 1
    std::vector<std::string> fields;
};

// Records of a whole text; empty lines are passed over. A quote that is never closed ends with the
// text: the last record has it all.
std::vector<CsvRecord> csv_records(std::string_view text);

}  // namespace syncnet::evaluate
