// Templates in a service's configuration values: "mysql://{{ databases.main.host }}:3306".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::move {

/// A piece of a value: literal text, or the name of something whose place follows the move.
struct TemplatePart {
  std::string literal;            ///< When `kind` is empty.
  std::string kind, name, field;  ///< "databases", "main", "host".
  size_t begin = 0, end = 0;      ///< Bytes of the value, braces included.
};

struct Template {
  std::vector<TemplatePart> parts;
  std::string fault;  ///< Why it cannot be read; empty when it can.
};

/// Never throws; "{{" begins a template, and "}}" must end it.
Template parse_template(std::string_view text);

/// What may stand after "databases.NAME.": host, port, schemas. Empty for an unknown kind.
std::vector<std::string> template_fields(std::string_view kind);

}  // namespace hikkoshi::move
