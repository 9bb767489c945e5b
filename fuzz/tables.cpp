// What a user lists clips in, and what `batch` reads back to go on.
#include <cstdlib>

#include "base/error.h"
#include "batch/table.h"
#include "evaluate/csv.h"
#include "evaluate/manifest.h"
#include "fuzz/scratch_folder.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

void read_manifest(std::string_view name, std::span<const std::byte> input) {
    try {
        (void)evaluate::read_manifest(put(name, input));
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_request) throw;
    }
}

// Written again, the fields are the same.
void read_csv(std::string_view text) {
    for (const evaluate::CsvRecord& record : evaluate::csv_records(text)) {
        std::string line;
        for (const std::string& field : record.fields)
            line += (line.empty() ? "" : ",") + evaluate::csv_field(field);
        const auto again = evaluate::csv_records(line + "\n");
        if (!line.empty() && (again.size() != 1 || again.front().fields != record.fields)) {
            // A first field that is empty makes a line that begins with nothing.
            if (!record.fields.front().empty()) std::abort();
        }
    }
}

void read_rows(std::string_view text, batch::Format format) {
    while (!text.empty()) {
        const auto end = batch::record_end(text, format);
        if (!end) return;
        if (*end == 0 || *end > text.size()) std::abort();
        (void)batch::parse(text.substr(0, *end), format);
        text.remove_prefix(*end);
    }
}

}  // namespace

void tables(std::span<const std::byte> input) {
    read_manifest("clips.csv", input);
    read_manifest("clips.jsonl", input);
    read_csv(as_text(input));
    read_rows(as_text(input), batch::Format::csv);
    read_rows(as_text(input), batch::Format::jsonl);
}

}  // namespace syncnet::fuzz
