// The rows of all tables from one server to another: streamed, parallel, nothing on disk.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "database/database.h"
#include "database/mariadb/row_work.h"
#include "database/mariadb/snapshot.h"
#include "database/mariadb/table_definition.h"
#include "database/mariadb/table_shape.h"

namespace hikkoshi::database::mariadb {

/// Fills tables that are there and empty, then builds their deferred keys. Each worker owns a
/// reader of the snapshot and a writer, and takes the next chunk, of the largest tables first. One
/// chunk is one transaction; a warning, or a count that differs, is Error(never). Results are in
/// the order of `tables`.
std::vector<TableResult> copy_rows(const RowWork& options, Snapshot& snapshot,
                                   const std::vector<TableShape>& tables,
                                   const std::vector<DeferredTable>& definitions,
                                   std::stop_token stop);

/// Rows of a stream as LOAD DATA reads them: TAB and NL between, "\N" for NULL, and backslash
/// before what would be taken for one of these.
class RowText {
 public:
  RowText(RowStream& rows, const TableShape& table);

  std::size_t fill(char* buffer, std::size_t size);  ///< As Connection::Feed.
  std::uint64_t rows() const { return count_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t invalid() const { return invalid_; }  ///< Values of ENUMs that are no member.

 private:
  bool refill();

  RowStream& rows_;
  std::string text_;
  std::size_t given_ = 0;
  std::vector<bool> enums_;  ///< By column of the stream.
  std::uint64_t count_ = 0, bytes_ = 0, invalid_ = 0;
};

/// Appends one value in that form; `bytes` with a null data() is NULL.
void append_value(std::string& text, std::string_view bytes);

}  // namespace hikkoshi::database::mariadb
