#include "database/mariadb/table_definition.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::database::mariadb {
namespace {

// Where the quoted text that begins at `at` ends; a doubled quote and, but in names, a backslash
// continue it.
std::size_t after_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote != '`' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (i + 1 == text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  throw Error(Retry::never, "a table's definition ends inside a quoted text");
}

bool is_quote(char c) {
  return c == '`' || c == '\'' || c == '"';
}

// Where `wanted` stands outside of quotes and parentheses, from `at` on.
std::size_t find_outside(std::string_view text, std::string_view wanted, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    if (depth == 0 && text.substr(at).starts_with(wanted)) return at;
    if (is_quote(text[at])) {
      at = after_quoted(text, at);
      continue;
    }
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    ++at;
  }
  return std::string_view::npos;
}

bool is_key(std::string_view item) {
  constexpr std::array<std::string_view, 4> words{"KEY ", "UNIQUE KEY ", "FULLTEXT KEY ",
                                                  "SPATIAL KEY "};
  return std::any_of(words.begin(), words.end(), [&](auto word) { return item.starts_with(word); });
}

bool is_foreign_key(std::string_view item) {
  return item.starts_with("CONSTRAINT `") &&
         item.substr(after_quoted(item, 11)).starts_with(" FOREIGN KEY ");
}

bool is_alone(std::string_view item) {  // InnoDB builds one of these at a time.
  return item.starts_with("FULLTEXT") || item.starts_with("SPATIAL");
}

// "`id`" of "`id` int NOT NULL" and of "PRIMARY KEY (`id`,...)".
std::string_view first_name(std::string_view item) {
  const std::size_t begin = item.find('`');
  if (begin == std::string_view::npos) return {};
  return item.substr(begin, after_quoted(item, begin) - begin);
}

// Whether keys may wait: see the header.
bool can_defer(const TableDefinition& table) {
  std::string_view counted, primary;
  for (const std::string& item : table.items) {
    if (item.starts_with("PRIMARY KEY (")) primary = first_name(item);
    if (item.starts_with("`") &&
        find_outside(item, " AUTO_INCREMENT", 0) != std::string_view::npos) {
      counted = first_name(item);
    }
  }
  return !primary.empty() && (counted.empty() || counted == primary);
}

}  // namespace

TableDefinition parse_table(std::string_view statement) {
  const std::size_t open = find_outside(statement, "(", 0);
  if (!statement.starts_with("CREATE ") || open == std::string_view::npos) {
    throw Error(Retry::never, "a table's definition has no columns");
  }
  TableDefinition table;
  table.head = trim(statement.substr(0, open));
  std::size_t at = open + 1;
  while (true) {
    const std::string_view rest = statement.substr(at);
    const std::size_t comma = find_outside(rest, ",", 0);
    const std::size_t close = find_outside(rest, ")", 0);
    if (close == std::string_view::npos) {
      throw Error(Retry::never, "a table's definition is not closed");
    }
    const std::size_t end = std::min(comma, close);
    table.items.emplace_back(trim(rest.substr(0, end)));
    at += end + 1;
    if (end == close) break;
  }
  table.tail = statement.substr(at);
  return table;
}

DeferredTable defer_keys(std::string_view statement) {
  const TableDefinition table = parse_table(statement);
  const bool defer = can_defer(table);
  DeferredTable deferred;
  std::vector<std::string> kept, together;
  for (const std::string& item : table.items) {
    if (is_foreign_key(item)) {
      deferred.foreign_keys.push_back("ADD " + item);
    } else if (!is_key(item) || !defer) {
      kept.push_back(item);
    } else if (is_alone(item)) {
      deferred.keys.push_back("ADD " + item);
    } else {
      together.push_back("ADD " + item);
    }
  }
  if (!together.empty()) deferred.keys.insert(deferred.keys.begin(), join(together, ", "));
  deferred.create = table.head + " (\n" + join(kept, ",\n") + "\n)" + table.tail;
  return deferred;
}

std::string normalised(std::string_view statement) {
  TableDefinition table = parse_table(statement);
  const auto keys = std::find_if(table.items.begin(), table.items.end(), [](const auto& item) {
    return is_key(item) || is_foreign_key(item);
  });
  std::sort(keys, table.items.end());
  const std::string count = std::to_string(auto_increment(statement));
  table.tail = replace_all(table.tail, " AUTO_INCREMENT=" + count, "");
  return table.head + '\n' + join(table.items, "\n") + '\n' + table.tail;
}

std::uint64_t auto_increment(std::string_view statement) {
  const std::string tail = parse_table(statement).tail;
  constexpr std::string_view word = " AUTO_INCREMENT=";
  const std::size_t at = find_outside(tail, word, 0);
  return at == std::string::npos ? 0 : std::stoull(tail.substr(at + word.size()));
}

}  // namespace hikkoshi::database::mariadb
