#include "database/mariadb/table_shape.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

using TableName = std::pair<std::string, std::string>;
using Shapes = std::map<TableName, TableShape>;

template <std::size_t Size>
bool any_of(const std::string& type, const std::array<std::string_view, Size>& types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_bytes(const std::string& type) {
  return any_of(type, std::array<std::string_view, 6>{"binary", "varbinary", "tinyblob", "blob",
                                                      "mediumblob", "longblob"});
}

bool is_number(const std::string& type) {
  return any_of(type, std::array<std::string_view, 7>{"tinyint", "smallint", "mediumint", "int",
                                                      "bigint", "decimal", "year"});
}

bool is_time(const std::string& type) {
  return any_of(type, std::array<std::string_view, 4>{"date", "datetime", "timestamp", "time"});
}

void read_columns(Connection& connection, const std::string& list, Shapes& shapes) {
  for (Row& row : connection.query(
           "SELECT table_schema, table_name, column_name, LOWER(data_type), character_set_name,"
           " collation_name, is_nullable='YES', is_generated='ALWAYS', extra LIKE '%STORED%'"
           " FROM information_schema.columns WHERE table_schema IN " +
           list + " ORDER BY table_schema, table_name, ordinal_position")) {
    const auto found = shapes.find({*row[0], *row[1]});
    if (found == shapes.end()) continue;
    found->second.columns.push_back({.name = *row[2],
                                     .type = *row[3],
                                     .charset = row[4].value_or(""),
                                     .collation = row[5].value_or(""),
                                     .nullable = row[6] == "1",
                                     .computed = row[7] == "1",
                                     .stored = row[8] == "1"});
  }
}

std::size_t column_index(const TableShape& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  return static_cast<std::size_t>(found - table.columns.begin());
}

// The primary key sorts before all other names that a unique key can have.
void read_keys(Connection& connection, const std::string& list, Shapes& shapes) {
  std::map<TableName, std::string> chosen;
  for (const Row& row : connection.query(
           "SELECT s.table_schema, s.table_name, s.index_name, s.column_name,"
           " s.index_name='PRIMARY' FROM information_schema.statistics s JOIN (SELECT table_schema"
           " AS d, table_name AS t, index_name AS i FROM information_schema.statistics WHERE"
           " table_schema IN " +
           list +
           " GROUP BY 1, 2, 3 HAVING MAX(non_unique)=0 AND"
           " MAX(nullable='YES')=0 AND MAX(sub_part IS NOT NULL)=0 AND MAX(index_type='BTREE')=1) u"
           " ON u.d=s.table_schema AND u.t=s.table_name AND u.i=s.index_name"
           " WHERE s.table_schema IN " +
           list + " ORDER BY 1, 2, s.index_name<>'PRIMARY', 3, s.seq_in_index")) {
    const auto found = shapes.find({*row[0], *row[1]});
    if (found == shapes.end()) continue;
    const auto [index, first] = chosen.try_emplace(found->first, *row[2]);
    if (index->second != *row[2]) continue;
    TableShape& table = found->second;
    table.primary = row[4] == "1";
    table.key.push_back(column_index(table, *row[3]));
  }
}

std::string select_expression(const Column& column) {
  const std::string name = quote_name(column.name);
  // FLOAT's text has 6 digits, its value as a double has all.
  if (column.type == "float") return "CAST(" + name + " AS DOUBLE)";
  // Loaded with charset binary these take their 16 or 4 bytes, not their text.
  if (column.type == "uuid" || column.type == "inet6") return "CAST(" + name + " AS BINARY(16))";
  if (column.type == "inet4") return "CAST(" + name + " AS BINARY(4))";
  // What once was no member of the ENUM has the index 0; a load makes one of any other text.
  if (column.type == "enum") return fmt::format("IF({0}=0,{1},{0})", name, quote_bytes(no_member));
  return name;
}

// Length and bytes, so that no two rows give the same text.
std::string hash_parts(const Column& column) {
  const std::string name = quote_name(column.name);
  std::string text;
  if (is_number(column.type) || is_time(column.type) || column.type == "double") {
    text = name;
  } else if (column.type == "float") {
    text = "CAST(" + name + " AS DOUBLE)";
  } else if (column.type == "bit" || column.type == "enum" || column.type == "set") {
    text = name + "+0";
  } else if (column.type == "uuid" || column.type.starts_with("inet")) {
    text = "CAST(" + name + " AS CHAR)";
  } else {
    const std::string bytes = is_bytes(column.type) ? name : "CAST(" + name + " AS BINARY)";
    if (!column.nullable) return fmt::format("LENGTH({0}),{0}", bytes);
    return fmt::format("IFNULL(LENGTH({0}),'N'),IFNULL({0},'')", bytes);
  }
  return column.nullable ? "IFNULL(" + text + ",'N')" : text;
}

bool is_loaded(const Column& column) {
  return !column.computed;
}

std::vector<std::string> loaded_names(const TableShape& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (is_loaded(column)) names.push_back(quote_name(column.name));
  }
  return names;
}

}  // namespace

std::vector<TableShape> read_shapes(Connection& connection,
                                    const std::vector<std::string>& schemas) {
  const std::string list = quote_list(schemas);
  Shapes shapes;
  for (const Row& row : connection.query(
           "SELECT table_schema, table_name, IFNULL(engine,''), IFNULL(table_rows,0),"
           " IFNULL(data_length+index_length,0) FROM information_schema.tables"
           " WHERE table_type IN ('BASE TABLE','SYSTEM VERSIONED') AND table_schema IN " +
           list)) {
    TableShape& table = shapes[{*row[0], *row[1]}];
    table.schema = *row[0];
    table.name = *row[1];
    table.engine = *row[2];
    table.rows = std::stoull(*row[3]);
    table.bytes = std::stoull(*row[4]);
  }
  read_columns(connection, list, shapes);
  read_keys(connection, list, shapes);
  std::vector<TableShape> tables;
  for (auto& [name, table] : shapes) tables.push_back(std::move(table));
  std::stable_sort(tables.begin(), tables.end(),
                   [](const TableShape& a, const TableShape& b) { return a.bytes > b.bytes; });
  return tables;
}

std::string select_rows(const TableShape& table) {
  std::vector<std::string> expressions;
  for (const Column& column : table.columns) {
    if (is_loaded(column)) expressions.push_back(select_expression(column));
  }
  if (expressions.empty()) {
    throw Error(Retry::never, table.text() + ": a table of computed columns only cannot be copied");
  }
  return "SELECT " + join(expressions, ",") + " FROM " + quote_name(table.schema, table.name);
}

std::string load_rows(const TableShape& table) {
  return "LOAD DATA LOCAL INFILE 'hikkoshi' INTO TABLE " + quote_name(table.schema, table.name) +
         " CHARACTER SET binary (" + join(loaded_names(table), ",") + ")";
}

bool fits_packets(const TableShape& table) {
  // Columns of up to 64 KiB; what is not in the row's own 64 KiB may be in eight of them.
  const auto is_long = [](const Column& column) {
    return column.type == "text" || column.type == "blob";
  };
  const auto is_endless = [](const Column& column) {
    return !any_of(
        column.type,
        std::array<std::string_view, 28>{
            "tinyint", "smallint", "mediumint", "int",       "bigint",   "decimal", "float",
            "double",  "bit",      "year",      "date",      "datetime", "time",    "timestamp",
            "char",    "varchar",  "binary",    "varbinary", "enum",     "set",     "uuid",
            "inet4",   "inet6",    "tinytext",  "text",      "tinyblob", "blob",    "real"});
  };
  const std::vector<Column>& all = table.columns;
  return std::none_of(all.begin(), all.end(), is_endless) &&
         std::count_if(all.begin(), all.end(), is_long) <= 8;
}

std::string insert_rows(const TableShape& table) {
  const std::vector<std::string> names = loaded_names(table);
  const std::vector<std::string> marks(names.size(), "?");
  return "INSERT INTO " + quote_name(table.schema, table.name) + " (" + join(names, ",") +
         ") VALUES (" + join(marks, ",") + ")";
}

std::string row_hash(const TableShape& table) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) {
    if (!column.computed || column.stored) parts.push_back(hash_parts(column));
  }
  const std::string text = "CONCAT_WS(','," + join(parts, ",") + ")";
  return fmt::format("(CRC32({0})<<32|CRC32C({0}))", text);
}

std::string key_literal(const Column& column, const Value& value) {
  if (!value) throw Error(Retry::never, column.name + ": a key holds NULL");
  if (is_number(column.type)) return *value;
  if (is_time(column.type)) return quote_text(*value);
  if (column.charset.empty()) return quote_bytes(*value);
  return fmt::format("_{} {} COLLATE {}", column.charset, quote_bytes(*value), column.collation);
}

bool can_walk(const TableShape& table) {
  return !table.key.empty() &&
         std::all_of(table.key.begin(), table.key.end(), [&](std::size_t index) {
           const Column& column = table.columns[index];
           return is_number(column.type) || is_time(column.type) || column.type == "binary" ||
                  column.type == "varbinary" || column.type == "char" || column.type == "varchar";
         });
}

}  // namespace hikkoshi::database::mariadb
