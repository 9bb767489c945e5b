#include "service/http/json_shape.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

using nlohmann::json;

bool fits(const char* schema, const char* value) {
    const json document = json::parse(R"({"a": {"b": {"type": "integer", "minimum": 3}}})");
    return JsonShape(json::parse(schema), document).fits(json::parse(value));
}

TEST(JsonShape, KnowsTypesAndValues) {
    EXPECT_TRUE(fits("{}", "[1, \"x\", {}]"));
    EXPECT_TRUE(fits(R"({"type": ["string", "null"]})", "null"));
    EXPECT_FALSE(fits(R"({"type": ["string", "null"]})", "7"));
    EXPECT_TRUE(fits(R"({"type": "integer"})", "2000.0"));
    EXPECT_FALSE(fits(R"({"type": "integer"})", "2000.5"));
    EXPECT_FALSE(fits(R"({"type": "number"})", "true"));
    EXPECT_TRUE(fits(R"({"enum": ["a", 1]})", "1"));
    EXPECT_FALSE(fits(R"({"enum": ["a", 1]})", "\"b\""));
    EXPECT_FALSE(fits(R"({"const": true})", "false"));
}

TEST(JsonShape, KnowsBounds) {
    EXPECT_TRUE(fits(R"({"minimum": 0, "maximum": 1})", "1"));
    EXPECT_FALSE(fits(R"({"minimum": 0, "maximum": 1})", "1.01"));
    EXPECT_TRUE(fits(R"({"minItems": 1, "maxItems": 2})", "[1]"));
    EXPECT_FALSE(fits(R"({"minItems": 1})", "[]"));
    EXPECT_FALSE(fits(R"({"maxItems": 2})", "[1, 2, 3]"));
    EXPECT_FALSE(fits(R"({"minLength": 1})", "\"\""));
    EXPECT_FALSE(fits(R"({"maxLength": 2})", "\"abc\""));
    const std::string text = '"' + std::string(kMaxShapedTextBytes + 1, 'x') + '"';
    EXPECT_FALSE(fits("{}", text.c_str())) << "whatever the schema says";
    EXPECT_FALSE(fits("{}", ("{" + text + ": 1}").c_str()));
}

TEST(JsonShape, KnowsWhatIsWithin) {
    EXPECT_TRUE(fits(R"({"items": {"type": "boolean"}})", "[true, false]"));
    EXPECT_FALSE(fits(R"({"items": {"type": "boolean"}})", "[true, 0]"));
    const char* const object =
        R"({"properties": {"x": {"type": "boolean"}}, "required": ["x"], "additionalProperties": false})";
    EXPECT_TRUE(fits(object, R"({"x": true})"));
    EXPECT_FALSE(fits(object, "{}"));
    EXPECT_FALSE(fits(object, R"({"x": 1})"));
    EXPECT_FALSE(fits(object, R"({"x": true, "y": 1})"));
}

TEST(JsonShape, KnowsSeveralAtOnce) {
    EXPECT_TRUE(fits(R"({"$ref": "#/a/b", "maximum": 5})", "4"));
    EXPECT_FALSE(fits(R"({"$ref": "#/a/b", "maximum": 5})", "2"));
    EXPECT_FALSE(fits(R"({"$ref": "#/a/b", "maximum": 5})", "6"));
    EXPECT_TRUE(fits(R"({"oneOf": [{"$ref": "#/a/b"}, {"type": "null"}]})", "null"));
    EXPECT_FALSE(fits(R"({"oneOf": [{"$ref": "#/a/b"}, {"type": "null"}]})", "2"));
    EXPECT_FALSE(fits(R"({"allOf": [{"$ref": "#/a/b"}, {"maximum": 5}]})", "6"));
    const char* const choice = R"({"if": {"minimum": 10}, "then": {"maximum": 20}})";
    EXPECT_TRUE(fits(choice, "5"));
    EXPECT_TRUE(fits(choice, "15"));
    EXPECT_FALSE(fits(choice, "25"));
}

}  // namespace
}  // namespace syncnet::service
