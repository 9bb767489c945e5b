#include "evaluate/csv.h"

namespace syncnet::evaluate {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::vector<CsvRecord> csv_records(std::string_view text) {
    std::vector<CsvRecord> records;
    CsvRecord record{.line = 1, .fields = {""}};
    std::size_t line = 1;
    bool inside = false;
    const auto finish = [&] {
        if (record.fields.size() > 1 || !record.fields.front().empty()) records.push_back(record);
        record = {.line = line, .fields = {""}};
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (inside) {
            if (c != '"') {
                record.fields.back() += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                record.fields.back() += text[++i];
            } else {
                inside = false;
            }
        } else if (c == '"') {
            inside = true;
        } else if (c == ',') {
            record.fields.emplace_back();
        } else if (c == '\n') {
            finish();
        } else if (c != '\r') {
            record.fields.back() += c;
        }
    }
    finish();
    return records;
}

}  // namespace syncnet::evaluate
