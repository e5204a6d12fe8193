#include "plan/template.h"

#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace hikkoshi::plan {

namespace {

[[noreturn]] void bad(const std::string& expression, const std::string& fault) {
  throw Error(Retry::never, fmt::format("template '{{{{ {} }}}}': {}", expression, fault),
              Exit::bad_move_file)
      .remedy("databases.NAME.host, .port, .schemas and buckets.NAME.url are known");
}

std::string database_value(const move::Database& database, const std::string& expression,
                           const std::string& field, const move::Database& old_database) {
  if (field == "host") return database.server.host;
  if (field == "port") return std::to_string(database.server.port);
  // NEW's entry need not repeat the schemas: they keep their names.
  if (field == "schemas") {
    return join(database.schemas.empty() ? old_database.schemas : database.schemas, ",");
  }
  bad(expression, fmt::format("a database has no '{}'", field));
}

}  // namespace

std::string resolve_template(const std::string& text, const move::Move& move,
                             const Itinerary& itinerary, std::size_t leg) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t open; (open = text.find("{{", at)) != std::string::npos;) {
    std::size_t close = text.find("}}", open);
    if (close == std::string::npos) bad(text.substr(open + 2), "its end '}}' is missing");
    result += text.substr(at, open - at);
    at = close + 2;
    std::string expression(trim(text.substr(open + 2, close - open - 2)));
    std::vector<std::string> words = split(expression, '.');
    if (words.size() != 3) bad(expression, "KIND.NAME.FIELD is expected");
    const move::Environment& side = move.side(itinerary.side_after(words[1], leg));
    if (words[0] == "databases") {
      auto database = side.databases.find(words[1]);
      auto old_database = move.old_side.databases.find(words[1]);
      if (database == side.databases.end() || old_database == move.old_side.databases.end()) {
        bad(expression, fmt::format("there is no database '{}'", words[1]));
      }
      result += database_value(database->second, expression, words[2], old_database->second);
    } else if (words[0] == "buckets") {
      auto bucket = side.buckets.find(words[1]);
      if (bucket == side.buckets.end()) {
        bad(expression, fmt::format("there is no bucket '{}'", words[1]));
      }
      if (words[2] != "url") bad(expression, fmt::format("a bucket has no '{}'", words[2]));
      result += bucket->second.url;
    } else {
      bad(expression, fmt::format("there are no '{}'", words[0]));
    }
  }
  return result + text.substr(at);
}

}  // namespace hikkoshi::plan
