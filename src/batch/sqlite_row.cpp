#include "batch/sqlite_row.h"

namespace syncnet::batch {

std::string places() {
    std::string text;
    for (std::size_t i = 0; i < columns().size(); ++i) text += i == 0 ? "?" : ",?";
    return text;
}

void bind(SQLite::Statement& statement, const Row& row) {
    int place = 0;
    const auto json = to_json(row);
    for (const Column& column : columns()) {
        const auto& value = json.at(std::string(column.name));
        ++place;
        if (value.is_null())
            statement.bind(place);
        else if (value.is_string())
            statement.bind(place, value.get<std::string>());
        else if (value.is_number_float())
            statement.bind(place, value.get<double>());
        else
            statement.bind(place, value.is_boolean() ? std::int64_t{value.get<bool>()}
                                                     : value.get<std::int64_t>());
    }
}

std::optional<Row> row_from(SQLite::Statement& statement) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    int place = 0;
    for (const Column& column : columns()) {
        auto& value = json[std::string(column.name)];
        const SQLite::Column found = statement.getColumn(place++);
        if (found.isNull()) {
            value = nullptr;
            continue;
        }
        switch (column.type) {
            case Column::Type::text:
                value = found.getString();
                break;
            case Column::Type::boolean:
                value = found.getInt64() != 0;
                break;
            case Column::Type::integer:
                value = found.getInt64();
                break;
            case Column::Type::real:
                value = found.getDouble();
                break;
        }
    }
    return row_from(json);
}

}  // namespace syncnet::batch
