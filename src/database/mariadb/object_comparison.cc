#include "database/mariadb/object_comparison.h"

#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "database/mariadb/account_copy.h"
#include "database/mariadb/quote.h"
#include "database/mariadb/schema_object.h"
#include "database/mariadb/table_definition.h"
#include "database/mariadb/table_shape.h"

namespace hikkoshi::database::mariadb {
namespace {

/// What it is, and all that is compared of it.
using Contents = std::map<std::string, std::string>;

Contents read_contents(Connection& connection, const MariadbServer& server) {
  Contents contents;
  for (const Row& row : connection.query(
           "SELECT schema_name, default_character_set_name, default_collation_name, schema_comment"
           " FROM information_schema.schemata WHERE schema_name IN " +
           quote_list(server.schemas))) {
    contents["schema " + *row[0]] = fmt::format("{} {} {}", *row[1], *row[2], row[3].value_or(""));
  }
  for (const SchemaObject& object : read_objects(connection, server.schemas)) {
    const bool event = object.kind == "EVENT";
    contents[object.text()] = join(
        {event ? disabled(object.create) : object.create, object.sql_mode, object.charset,
         object.collation, object.database_collation, object.time_zone, event ? "" : object.state},
        "\n");
  }
  for (const TableShape& table : read_shapes(connection, server.schemas)) {
    contents["table " + table.text()] =
        *connection.query("SHOW CREATE TABLE " + quote_name(table.schema, table.name)).at(0).at(1);
  }
  return contents;
}

// The first line that differs, of both.
std::string first_difference(const std::string& old_text, const std::string& new_text) {
  const auto old_lines = split(old_text, '\n'), new_lines = split(new_text, '\n');
  std::size_t i = 0;
  while (i < old_lines.size() && i < new_lines.size() && old_lines[i] == new_lines[i]) ++i;
  const auto line = [&](const auto& lines) {
    return i < lines.size() ? printable(lines[i].substr(0, 200)) : std::string("nothing");
  };
  return fmt::format("old has {}; new has {}", line(old_lines), line(new_lines));
}

void compare_tables(const std::string& what, const std::string& old_text,
                    const std::string& new_text, std::vector<Difference>& differences) {
  const std::string old_plain = normalised(old_text), new_plain = normalised(new_text);
  if (old_plain != new_plain) {
    differences.push_back({what, first_difference(old_plain, new_plain)});
  }
  // A lower counter would give an id a second time.
  const auto old_next = auto_increment(old_text), new_next = auto_increment(new_text);
  if (new_next < old_next) {
    differences.push_back(
        {what, fmt::format("AUTO_INCREMENT is {} on old and {} on new", old_next, new_next)});
  }
}

}  // namespace

std::vector<Difference> compare_objects(Connection& source, const MariadbServer& source_server,
                                        Connection& target, const MariadbServer& target_server) {
  std::vector<Difference> differences;
  const Contents old_side = read_contents(source, source_server);
  Contents new_side = read_contents(target, target_server);
  for (const auto& [what, text] : old_side) {
    const auto found = new_side.find(what);
    if (found == new_side.end()) {
      differences.push_back({what, "is missing on new"});
      continue;
    }
    if (what.starts_with("table ")) {
      compare_tables(what, text, found->second, differences);
    } else if (text != found->second) {
      differences.push_back({what, first_difference(text, found->second)});
    }
    new_side.erase(found);
  }
  for (const auto& [what, text] : new_side) differences.push_back({what, "is on new only"});
  for (const Account& account : accounts_to_copy(source, source_server)) {
    if (!account_exists(target, account) && account.user != target_server.user) {
      differences.push_back({"account " + account.text(), "is missing on new"});
    }
  }
  return differences;
}

}  // namespace hikkoshi::database::mariadb
