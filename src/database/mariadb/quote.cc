#include "database/mariadb/quote.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::database::mariadb {

std::string quote_name(std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) {
    throw Error(Retry::never, "a name of the database is empty or holds a NUL byte");
  }
  return '`' + replace_all(std::string(name), "`", "``") + '`';
}

std::string quote_name(std::string_view schema, std::string_view name) {
  return quote_name(schema) + '.' + quote_name(name);
}

std::string quote_text(std::string_view text) {
  return '\'' + replace_all(replace_all(std::string(text), "\\", "\\\\"), "'", "''") + '\'';
}

std::string quote_bytes(std::string_view bytes) {
  std::string text = "X'";
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text + '\'';
}

std::string quote_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(quote_text(text));
  return '(' + (quoted.empty() ? "''" : join(quoted, ",")) + ')';
}

std::string grant_pattern(std::string_view schema) {
  std::string pattern;
  for (const char c : schema) {
    if (c == '_' || c == '%' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

bool pattern_covers(std::string_view pattern, std::string_view schema) {
  if (pattern.empty()) return schema.empty();
  if (pattern[0] == '%') {
    for (std::size_t skip = 0; skip <= schema.size(); ++skip) {
      if (pattern_covers(pattern.substr(1), schema.substr(skip))) return true;
    }
    return false;
  }
  if (schema.empty()) return false;
  if (pattern[0] == '_') {
    std::size_t length = 1;  // One character of UTF-8.
    while (length < schema.size() && (schema[length] & 0xC0) == 0x80) ++length;
    return pattern_covers(pattern.substr(1), schema.substr(length));
  }
  if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  return pattern[0] == schema[0] && pattern_covers(pattern.substr(1), schema.substr(1));
}

}  // namespace hikkoshi::database::mariadb
