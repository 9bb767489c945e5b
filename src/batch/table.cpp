#include "batch/table.h"

#include <vector>

namespace syncnet::batch {
namespace {

using nlohmann::ordered_json;

// What spreadsheets and RFC 4180 want quoted.
constexpr std::string_view kQuoted = ",\"\r\n";

std::string field(const ordered_json& value) {
    if (value.is_null()) return {};
    if (!value.is_string()) return value.dump();
    const auto& text = value.get_ref<const std::string&>();
    // Empty text is quoted, so that it differs from nothing.
    if (!text.empty() && text.find_first_of(kQuoted) == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

struct Field {
    std::string text;
    bool quoted = false;
};

std::vector<Field> fields(std::string_view record) {
    std::vector<Field> result(1);
    bool inside = false;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const char c = record[i];
        if (inside) {
            if (c != '"') {
                result.back().text += c;
            } else if (i + 1 < record.size() && record[i + 1] == '"') {
                result.back().text += record[++i];
            } else {
                inside = false;
            }
        } else if (c == '"') {
            inside = result.back().quoted = true;
        } else if (c == ',') {
            result.emplace_back();
        } else if (c != '\r' && c != '\n') {
            result.back().text += c;
        }
    }
    return result;
}

std::optional<Row> parse_csv(std::string_view record) {
    const std::vector<Field> values = fields(record);
    if (values.size() != columns().size()) return std::nullopt;
    ordered_json json = ordered_json::object();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Field& f = values[i];
        ordered_json& value = json[std::string(columns()[i].name)];
        if (f.text.empty() && !f.quoted)
            value = nullptr;
        else if (columns()[i].type == Column::Type::text)
            value = f.text;
        else
            value = ordered_json::parse(f.text, nullptr, false);
    }
    return row_from(json);
}

}  // namespace

std::string header(Format format) {
    std::string text;
    if (format == Format::jsonl) return text;
    for (const Column& column : columns()) {
        if (!text.empty()) text += ',';
        text += column.name;
    }
    return text + "\n";
}

std::string line(const Row& row, Format format) {
    const ordered_json json = to_json(row);
    if (format == Format::jsonl) return json.dump() + "\n";
    std::string text;
    for (const auto& [column, value] : json.items()) {
        if (column != "video") text += ',';
        text += field(value);
    }
    return text + "\n";
}

std::optional<std::size_t> record_end(std::string_view text, Format format) {
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (format == Format::csv && text[i] == '"') inside = !inside;
        if (text[i] == '\n' && !inside) return i + 1;
    }
    return std::nullopt;
}

std::optional<Row> parse(std::string_view record, Format format) {
    if (format == Format::csv) return parse_csv(record);
    return row_from(ordered_json::parse(record, nullptr, false));
}

}  // namespace syncnet::batch
