// A table in pieces, by its key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/mariadb/connection.h"
#include "database/mariadb/table_shape.h"

namespace hikkoshi::database::mariadb {

/// Rows whose key is above `after` and not above `upto`, in the order of the server's collation. No
/// border on a side means no limit, so the first and the last chunk leave no gap.
struct Chunk {
  Row after;
  Row upto;
};

/// " WHERE ..." for a chunk; empty for the whole table.
std::string where(const TableShape& table, const Chunk& chunk);

/// " ORDER BY `a`,`b`" of the key; empty without one.
std::string order(const TableShape& table);

/// "`a`,`b`": the key's columns.
std::string key_columns(const TableShape& table);

/// The piece of `chunk` that ends `rows` rows after its start, as the server orders them; nothing
/// when it has no more than that. The connection must give raw results.
std::optional<Row> border(Connection& connection, const TableShape& table, const Chunk& chunk,
                          std::uint64_t rows);

/// Cuts a table into chunks of about `rows` rows, one call a chunk. A table that cannot be walked
/// is one chunk. The borders always come from the server: only it knows its collations.
class ChunkWalk {
 public:
  ChunkWalk(Connection& connection, const TableShape& table, std::uint64_t rows)
      : connection_(&connection), table_(&table), rows_(rows) {}

  std::optional<Chunk> next();

 private:
  Connection* connection_;
  const TableShape* table_;
  std::uint64_t rows_;
  Row after_;
  bool ended_ = false;
};

/// How many rows make a chunk of about `bytes`.
std::uint64_t rows_a_chunk(const TableShape& table, std::uint64_t bytes);

}  // namespace hikkoshi::database::mariadb
