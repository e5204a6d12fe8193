#include <fmt/format.h>

#include "base/text.h"
#include "move/diagnostic.h"
#include "move/fields.h"

namespace hikkoshi::move {

namespace {

std::string kind_of(const Field& field) {
  std::string type(to_string(field.type));
  if (field.type == Type::words) type = replace_all(std::string(field.choices), "|", ", ");
  if (field.type == Type::mapping && !field.choices.empty())
    type += fmt::format(", or `{}`", field.choices);
  if (field.shape == Shape::list)
    return field.type == Type::mapping ? "list of mappings" : "list: " + type;
  if (field.shape == Shape::named)
    return field.type == Type::mapping ? "names and " + type : "keys and " + type;
  return type;
}

std::string given_of(const Field& field) {
  switch (field.presence) {
    case Presence::required:
      return "required";
    case Presence::product:
      return "one product";
    case Presence::later:
      return "not yet";
    case Presence::optional:
      break;
  }
  return field.fallback.empty() ? "" : fmt::format("`{}`", field.fallback);
}

}  // namespace

std::string reference() {
  std::string text =
      "| field | value | default | meaning | example |\n"
      "|---|---|---|---|---|\n";
  for (const Field& field : fields()) {
    std::string example = field.example.empty() ? "" : fmt::format("`{}`", field.example);
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", written_path(field), kind_of(field),
                        given_of(field), field.meaning, example);
  }
  text += "\n| code | severity | meaning |\n|---|---|---|\n";
  for (const CodeEntry& entry : codes())
    text +=
        fmt::format("| {} | {} | {} |\n", entry.number, to_string(entry.severity), entry.meaning);
  return text;
}

}  // namespace hikkoshi::move
