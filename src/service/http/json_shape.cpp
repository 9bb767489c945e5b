#include "service/http/json_shape.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace syncnet::service {
namespace {

using nlohmann::json;

bool is_of(const json& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    if (!value.is_number()) return false;
    const auto number = value.get<double>();
    return type == "number" || (type == "integer" && std::floor(number) == number);
}

}  // namespace

JsonShape::JsonShape(const json& schema, const json& document) {
    const auto shapes = [&](const char* name) {
        std::vector<JsonShape> all;
        if (schema.contains(name))
            for (const json& one : schema[name]) all.emplace_back(one, document);
        return all;
    };
    if (schema.contains("type")) {
        if (schema["type"].is_string())
            types_ = {schema["type"].get<std::string>()};
        else
            types_ = schema["type"].get<std::vector<std::string>>();
    }
    if (schema.contains("enum")) values_ = schema["enum"].get<std::vector<json>>();
    if (schema.contains("const")) values_ = {schema["const"]};
    minimum_ = schema.value("minimum", minimum_);
    maximum_ = schema.value("maximum", maximum_);
    least_ = std::max(schema.value("minItems", least_), schema.value("minLength", least_));
    most_ = std::min(schema.value("maxItems", most_), schema.value("maxLength", most_));
    if (schema.contains("properties"))
        for (const auto& [name, member] : schema["properties"].items())
            members_.emplace(name, JsonShape(member, document));
    required_ = schema.value("required", required_);
    closed_ = schema.contains("additionalProperties") && schema["additionalProperties"] == false;
    if (schema.contains("items")) items_.emplace_back(schema["items"], document);
    all_of_ = shapes("allOf");
    one_of_ = shapes("oneOf");
    if (schema.contains("$ref"))
        all_of_.emplace_back(
            document.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))), document);
    if (schema.contains("if")) {
        if_then_.emplace_back(schema["if"], document);
        if_then_.emplace_back(schema.at("then"), document);
    }
}

bool JsonShape::fits_members(const json& object) const {
    const auto there = [&](const std::string& name) { return object.contains(name); };
    if (!std::ranges::all_of(required_, there)) return false;
    for (const auto& [name, value] : object.items()) {
        const auto member = members_.find(name);
        if (member == members_.end() ? closed_ || name.size() > kMaxShapedTextBytes
                                     : !member->second.fits(value))
            return false;
    }
    return true;
}

bool JsonShape::fits_kind(const json& value) const {
    if (value.is_number()) {
        const auto number = value.get<double>();
        return std::isfinite(number) && number >= minimum_ && number <= maximum_;
    }
    if (value.is_string()) {
        const std::size_t bytes = value.get_ref<const std::string&>().size();
        return bytes >= least_ && bytes <= std::min(most_, kMaxShapedTextBytes);
    }
    if (value.is_object()) return fits_members(value);
    if (!value.is_array()) return true;
    return value.size() >= least_ && value.size() <= most_ &&
           (items_.empty() ||
            std::ranges::all_of(value, [&](const json& v) { return items_.front().fits(v); }));
}

bool JsonShape::fits(const json& value) const {
    const auto fit = [&](const JsonShape& shape) { return shape.fits(value); };
    return (types_.empty() ||
            std::ranges::any_of(types_, [&](const auto& t) { return is_of(value, t); })) &&
           (values_.empty() || std::ranges::find(values_, value) != values_.end()) &&
           fits_kind(value) && std::ranges::all_of(all_of_, fit) &&
           (one_of_.empty() || std::ranges::any_of(one_of_, fit)) &&
           (if_then_.empty() || !if_then_[0].fits(value) || if_then_[1].fits(value));
}

}  // namespace syncnet::service
