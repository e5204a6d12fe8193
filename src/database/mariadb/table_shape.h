// What a table looks like to the copy and the comparison: columns, key, size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

struct Column {
  std::string name;
  std::string type;       ///< DATA_TYPE, lower case: "varchar".
  std::string charset;    ///< Empty when it holds no characters.
  std::string collation;  ///< Likewise.
  bool nullable = false;
  bool computed = false;  ///< A generated column: its value is not loaded.
  bool stored = false;    ///< A generated column that is kept in the row.
};

struct TableShape {
  std::string schema;
  std::string name;
  std::string engine;
  std::uint64_t rows = 0;   ///< The server's estimate.
  std::uint64_t bytes = 0;  ///< Data and indexes.
  std::vector<Column> columns;
  std::vector<std::size_t> key;  ///< Columns of the primary key, or of a unique one without NULL.
  bool primary = false;          ///< Whether `key` is the primary key.

  std::string text() const { return schema + '.' + name; }
};

/// All base tables of the schemas, largest first. Sequences and views are not among them.
std::vector<TableShape> read_shapes(Connection& connection,
                                    const std::vector<std::string>& schemas);

/// "SELECT a, b FROM t" of everything that a load needs, each value in the form in which LOAD DATA
/// with CHARACTER SET binary takes it in unchanged (tested for every type).
std::string select_rows(const TableShape& table);

/// The text that `select_rows` gives for the invalid value of an ENUM, which no member has; loaded,
/// each makes one warning 1265 and the invalid value again.
inline constexpr std::string_view no_member = "\x01";

/// "LOAD DATA LOCAL ... INTO TABLE t (a, b)" for what `select_rows` gives.
std::string load_rows(const TableShape& table);

/// Whether every row surely fits into a packet of the smallest servers (max_allowed_packet of 1
/// MiB), so that rows can be inserted in bulk; others are loaded as text, which has no limit.
bool fits_packets(const TableShape& table);

/// "INSERT INTO t (a, b) VALUES (?,?)" for what `select_rows` gives.
std::string insert_rows(const TableShape& table);

/// An expression with 64 bits of a row's content: CRC-32 (ISO-HDLC) and CRC-32C (RFC 3720) of all
/// columns in a form that tells NULL from '', every byte, float and charset apart.
std::string row_hash(const TableShape& table);

/// A value of a key column as a literal of its own type, charset and collation.
std::string key_literal(const Column& column, const Value& value);

/// Whether `key` can be walked in order and compared by literals.
bool can_walk(const TableShape& table);

}  // namespace hikkoshi::database::mariadb
