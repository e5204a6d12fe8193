// The one table of a move file's fields: it drives the validator, the defaults and the reference.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hikkoshi::move {

/// What a value means. `mapping` has fields of its own, below it in the table.
enum class Type {
  mapping,
  name,        ///< Of a thing in the move file.
  known_name,  ///< A name that is given elsewhere.
  text,        ///< One line.
  words,       ///< One of Field::choices, separated by '|'.
  login,       ///< [USER@]HOST[:PORT].
  endpoint,    ///< HOST[:PORT].
  address,     ///< IPv4 or IPv6.
  port,        ///< 1 to 65535.
  network,     ///< An address or a CIDR.
  host_name,   ///< RFC 1123.
  duration,    ///< 250ms, 5s, 10m, 1h, 14d.
  percentage,  ///< 30%.
  path,        ///< Absolute, on a host.
  local_path,  ///< Relative to the move file, or absolute.
  url_path,    ///< /healthz.
  url,         ///< https://...
  secret,      ///< !secret env:NAME, file:PATH or age:PATH.
  schema,      ///< Of a database.
  account,     ///< USER@HOST, of a database server.
  value,       ///< Any text, with templates.
  time,        ///< 01:00.
  time_zone,   ///< Asia/Tokyo.
  condition,   ///< Of a gate.
};

/// How many values a field holds.
enum class Shape {
  one,
  list,
  named,  ///< A mapping of freely chosen names.
};

enum class Presence {
  optional,
  required,
  product,  ///< Exactly one of the product fields of a mapping must be given.
  later,    ///< A product that is recognised, and refused by this version.
};

struct Field {
  /// From the root, without the names that the user chooses: "SIDE.hosts.via". SIDE is old and new.
  std::string_view path;
  Type type = Type::mapping;
  Shape shape = Shape::one;
  Presence presence = Presence::optional;
  std::string_view fallback;  ///< The value when it is not given; as it would be written.
  std::string_view meaning;   ///< One sentence.
  std::string_view example;   ///< A value as it is written, one line.
  std::string_view choices;   ///< Of `words`; of a mapping: a word accepted in its place.
};

/// Every field; a mapping stands before its fields.
std::span<const Field> fields();

/// A field with those below it.
struct FieldNode {
  const Field* field = nullptr;  ///< Null for the root.
  std::map<std::string, std::unique_ptr<FieldNode>, std::less<>> children;
  std::vector<std::string> keys;  ///< Of the children, in the table's order.

  const FieldNode* child(std::string_view key) const;
};

/// The table as a tree from the root. Thread-safe.
const FieldNode& field_tree();

/// The last part of a field's path: its key.
std::string_view key_of(const Field& field);

/// "services.NAME.config[].file": how people write the path.
std::string written_path(const Field& field);

std::string_view to_string(Type type);  ///< "duration"; words for people.

/// The field reference in Markdown, as it stands in doc/move-file.md.
std::string reference();

}  // namespace hikkoshi::move
