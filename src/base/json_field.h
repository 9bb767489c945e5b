// Numbers and optional values as JSON, the same in every answer and table.
#pragma once

#include <cmath>
#include <optional>

#include "base/json.h"

namespace syncnet {

// Enough digits to compare, few enough to read.
inline double rounded(double value, int digits) {
    const double unit = std::pow(10.0, digits);
    return std::round(value * unit) / unit;
}

// Null where there is no value. For structs that are written and read back field by field.
template <typename T>
nlohmann::ordered_json json_of(const T& value) {
    return value;
}
template <typename T>
nlohmann::ordered_json json_of(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

// The way back. Throws nlohmann::json::exception where the value is of another kind.
template <typename T>
void read_into(T& value, const nlohmann::ordered_json& json) {
    value = json.get<T>();
}
template <typename T>
void read_into(std::optional<T>& value, const nlohmann::ordered_json& json) {
    if (json.is_null())
        value.reset();
    else
        value = json.get<T>();
}

}  // namespace syncnet
