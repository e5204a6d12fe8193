#include "database/mariadb/chunk.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

// The server plans ranges for this form, and not for (a,b) > (1,2).
std::string compare(const TableShape& table, const Row& border, std::size_t part,
                    std::string_view strict, std::string_view last) {
  const Column& column = table.columns[table.key[part]];
  const std::string name = quote_name(column.name);
  const std::string value = key_literal(column, border[part]);
  if (part + 1 == border.size()) return fmt::format("{}{}{}", name, last, value);
  return fmt::format("({0}{1}{2} OR ({0}={2} AND {3}))", name, strict, value,
                     compare(table, border, part + 1, strict, last));
}

}  // namespace

std::string where(const TableShape& table, const Chunk& chunk) {
  std::vector<std::string> conditions;
  if (!chunk.after.empty()) conditions.push_back(compare(table, chunk.after, 0, ">", ">"));
  if (!chunk.upto.empty()) conditions.push_back(compare(table, chunk.upto, 0, "<", "<="));
  return conditions.empty() ? "" : " WHERE " + join(conditions, " AND ");
}

std::string key_columns(const TableShape& table) {
  std::vector<std::string> names;
  for (const std::size_t index : table.key) names.push_back(quote_name(table.columns[index].name));
  return join(names, ",");
}

std::string order(const TableShape& table) {
  return table.key.empty() ? "" : " ORDER BY " + key_columns(table);
}

std::optional<Row> border(Connection& connection, const TableShape& table, const Chunk& chunk,
                          std::uint64_t rows) {
  std::vector<Row> found = connection.query(fmt::format(
      "SELECT {} FROM {}{}{} LIMIT {},2", key_columns(table), quote_name(table.schema, table.name),
      where(table, chunk), order(table), rows - 1));
  // Only one row there: it is the chunk's last, and nothing would be left after it.
  if (found.size() < 2) return std::nullopt;
  return std::move(found[0]);
}

std::optional<Chunk> ChunkWalk::next() {
  if (ended_) return std::nullopt;
  Chunk chunk{.after = after_, .upto = {}};
  std::optional<Row> end;
  if (can_walk(*table_)) end = border(*connection_, *table_, chunk, rows_);
  ended_ = !end;
  if (end) chunk.upto = after_ = std::move(*end);
  return chunk;
}

std::uint64_t rows_a_chunk(const TableShape& table, std::uint64_t bytes) {
  const std::uint64_t row = table.bytes / std::max<std::uint64_t>(table.rows, 1);
  // The server's estimate of rows may be old and far too low: then chunks are not absurdly small.
  return std::max<std::uint64_t>(bytes / std::max<std::uint64_t>(row, 16), 64);
}

}  // namespace hikkoshi::database::mariadb
