#include "service/http/openapi.h"

#include "base/json.h"
#include "pipeline/options.h"

namespace syncnet::service {
namespace {

using nlohmann::json;

constexpr const char* kMarker = "x-video-options";

json schema_of(const pipeline::Option<pipeline::VideoOptions>& option) {
    json schema = json::parse(option.schema);
    schema["description"] = std::string(option.help) + " (" + option.values + ").";
    return schema;
}

json parameters() {
    json list = json::array();
    for (const auto& option : pipeline::video_options()) {
        if (!option.field) continue;
        json schema = schema_of(option);
        json description = schema.at("description");
        schema.erase("description");
        list.push_back({{"name", option.name},
                        {"in", "query"},
                        {"description", std::move(description)},
                        {"schema", std::move(schema)}});
    }
    return list;
}

// Into every list of parameters that has the marker for one, and every schema that bears it.
void expand(json& node) {
    if (node.is_object() && node.contains(kMarker)) {
        node.erase(kMarker);
        for (const auto& option : pipeline::video_options()) {
            if (!option.field) continue;
            json schema = schema_of(option);
            schema["type"].push_back("null");
            node["properties"][std::string(option.name)] = std::move(schema);
        }
    }
    if (node.is_array()) {
        const auto marker =
            std::ranges::find_if(node, [](const json& item) { return item.contains(kMarker); });
        if (marker != node.end()) {
            node.erase(marker);
            for (json& parameter : parameters()) node.push_back(std::move(parameter));
        }
    }
    for (json& inner : node)
        if (inner.is_structured()) expand(inner);
}

}  // namespace

const std::string& openapi_document() {
    static const std::string document = [] {
        json parsed = json::parse(openapi_text());
        expand(parsed);
        return parsed.dump();
    }();
    return document;
}

}  // namespace syncnet::service
