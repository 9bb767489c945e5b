// Rows as lines of text: JSON (a line an object) or CSV (RFC 4180, with a header).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "batch/row.h"

namespace syncnet::batch {

enum class Format { jsonl, csv };

std::string header(Format format);                // with its line end; empty for JSON
std::string line(const Row& row, Format format);  // with its line end

// The longest line that is read back.
inline constexpr std::size_t kMaxLineBytes = 64 * 1024;

// Where the record at the beginning of `text` ends, its line end included; nothing if it does not
// end there. A line end between quotes does not end a record of CSV.
std::optional<std::size_t> record_end(std::string_view text, Format format);

// Nothing where the record is not such a row.
std::optional<Row> parse(std::string_view record, Format format);

}  // namespace syncnet::batch
