#include "move/schema.h"

#include <fmt/format.h>

#include "base/text.h"
#include "move/fields.h"
#include "move/patterns.h"

namespace hikkoshi::move {

namespace {

/// What YAML may make of a text that is written without quotes.
Json yaml_types(const Field& field) {
  switch (field.type) {
    case Type::name:
    case Type::known_name:
      return Json::array({"string", "integer", "boolean"});
    case Type::port:
      return Json::array({"integer", "string"});
    case Type::text:
    case Type::local_path:
    case Type::schema:
    case Type::value:
      return Json::array({"string", "number", "boolean"});
    default:
      return "string";
  }
}

/// What the editor says when the pattern does not match; those that know no such keyword pass it.
std::string complaint(const Field& field) {
  std::string_view kind = to_string(field.type);
  bool vowel = std::string_view("aeiou").find(kind.front()) != std::string_view::npos;
  return fmt::format("not {} {}, such as {}", vowel ? "an" : "a", kind, field.example);
}

Json words_of(const Field& field) {
  return split(field.choices, '|');
}

Json scalar(const Field& field) {
  if (field.type == Type::words) return {{"enum", words_of(field)}};
  Json value{{"type", yaml_types(field)}, {"pattern", pattern_of(field)}};
  value["patternErrorMessage"] = complaint(field);
  if (field.type == Type::port) value.update({{"minimum", 1}, {"maximum", 65535}});
  if (field.type == Type::name || field.type == Type::known_name) value["minimum"] = 0;
  return value;
}

/// The example as the value that YAML makes of it, where this is one word.
Json example_of(const Field& field) {
  std::string text = replace_all(std::string(field.example), "\"", "");
  if (text.empty() || text.find_first_of("[{!") == 0) return nullptr;
  if (field.type == Type::port) return std::stoi(text);
  return text;
}

/// A default that is a value; that of a server is only its port.
bool has_default(const Field& field) {
  return !field.fallback.empty() && field.type != Type::endpoint && field.type != Type::login;
}

Json described(const Field& field, Json value) {
  value["description"] = std::string(field.meaning);
  if (has_default(field)) value["default"] = std::string(field.fallback);
  Json example = example_of(field);
  if (field.shape == Shape::one && !example.is_null()) value["examples"] = Json::array({example});
  return value;
}

Json unsupported(const Field& field) {
  return {{"not", Json::object()},
          {"description", fmt::format("{} Not in this version.", field.meaning)},
          {"deprecationMessage", "not supported by this version"},
          {"doNotSuggest", true}};
}

bool is_old(const std::string& path) {
  return path.starts_with("old.");
}

class Drawer {
 public:
  /// The mapping of `node`'s fields; `path` is where it stands, with the side's own name.
  Json mapping(const FieldNode& node, const std::string& path) const {
    Json properties = Json::object(), required = Json::array(), products = Json::array();
    bool choice = false;
    for (const std::string& key : node.keys) {
      const FieldNode& child = *node.child(key);
      const Field& field = *child.field;
      properties[key] = property(child, path.empty() ? key : path + "." + key);
      if (field.presence == Presence::required) required.push_back(key);
      if (field.presence == Presence::product) products.push_back(key);
      choice = choice || field.presence == Presence::product || field.presence == Presence::later;
    }
    Json result{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (products.size() == 1) required.push_back(products.front());
    if (!required.empty()) result["required"] = required;
    if (products.size() > 1)
      for (const Json& one : products)
        result["oneOf"].push_back({{"required", Json::array({one})}});
    if (choice && products.empty()) result["not"] = Json::object();
    return result;
  }

 private:
  Json property(const FieldNode& node, const std::string& path) const {
    const Field& field = *node.field;
    if (field.presence == Presence::later) return unsupported(field);
    switch (field.shape) {
      case Shape::one:
        return described(field, one(node, path));
      case Shape::list:
        return described(field, list(node, path));
      case Shape::named:
        return described(field, named(node, path));
    }
    return {};
  }

  /// One value of the field.
  Json one(const FieldNode& node, const std::string& path) const {
    const Field& field = *node.field;
    if (field.type != Type::mapping) return scalar(field);
    Json fields = mapping(node, path);
    // A word in the place of a mapping refers to OLD's, so OLD itself has none.
    if (field.choices.empty() || is_old(path)) return fields;
    return {{"anyOf", Json::array({Json{{"enum", words_of(field)}}, fields})}};
  }

  Json list(const FieldNode& node, const std::string& path) const {
    const Field& field = *node.field;
    Json value{{"type", "array"}, {"items", one(node, path)}};
    if (field.presence == Presence::required) value["minItems"] = 1;
    if (field.type != Type::mapping && field.type != Type::duration) value["uniqueItems"] = true;
    return value;
  }

  Json named(const FieldNode& node, const std::string& path) const {
    const Field& field = *node.field;
    bool needed = field.presence == Presence::required;
    Json value{{"type", needed ? Json("object") : Json::array({"object", "null"})},
               {"additionalProperties", one(node, path)},
               {"propertyNames", {{"pattern", key_pattern_of(field)}}}};
    if (needed) value["minProperties"] = 1;
    return value;
  }
};

}  // namespace

Json schema() {
  Json root = Drawer().mapping(field_tree(), "");
  root["$schema"] = "http://json-schema.org/draft-07/schema#";
  root["title"] = "Hikkoshi move file";
  root["description"] = "What moves, from where to where, in which order and how carefully.";
  return root;
}

}  // namespace hikkoshi::move
