// Whether a JSON value is as a schema of our OpenAPI document says.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace syncnet::service {

inline constexpr std::size_t kMaxShapedTextBytes = 2 << 10;  // of any text, member names included

// Of JSON Schema it knows what our document needs: type, enum, const, minimum, maximum, minItems,
// maxItems, minLength, maxLength, items, properties, required, additionalProperties: false, oneOf,
// allOf, if and then. Patterns are not looked at. A schema that names itself can't be had.
class JsonShape {
  public:
    // `document`: what a $ref points into. Neither is needed afterwards.
    JsonShape(const nlohmann::json& schema, const nlohmann::json& document);

    bool fits(const nlohmann::json& value) const;

  private:
    bool fits_kind(const nlohmann::json& value) const;
    bool fits_members(const nlohmann::json& object) const;

    std::vector<std::string> types_;      // any one of them; empty: all
    std::vector<nlohmann::json> values_;  // likewise
    double minimum_ = std::numeric_limits<double>::lowest();
    double maximum_ = std::numeric_limits<double>::max();
    std::size_t least_ = 0;  // of items or bytes
    std::size_t most_ = std::numeric_limits<std::size_t>::max();
    std::map<std::string, JsonShape, std::less<>> members_;
    std::vector<std::string> required_;
    bool closed_ = false;           // there are no other members
    std::vector<JsonShape> items_;  // one, or none
    std::vector<JsonShape> all_of_;
    std::vector<JsonShape> one_of_;
    std::vector<JsonShape> if_then_;  // two, or none
};

}  // namespace syncnet::service
