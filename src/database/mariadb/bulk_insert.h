// Rows into a table without text: MariaDB's bulk protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// Inserts rows into one table, a batch at a time, as arrays of values (COM_STMT_BULK_EXECUTE). The
/// server then has no text to take apart, a quarter of its work in LOAD DATA (bench/README.md).
/// Values are bytes in the form in which LOAD DATA with CHARACTER SET binary takes them in. The
/// connection must outlive it, and does nothing else until `finish`. Not thread-safe.
///
/// Failures are those of Connection; a warning of any kind but 1265 (data truncated) is
/// Error(never). Rows may then have been inserted, so roll back.
class BulkInsert {
 public:
  /// `sql` is an INSERT with a question mark for each of `columns` values.
  BulkInsert(Connection& connection, std::string sql, std::size_t columns);
  ~BulkInsert();
  BulkInsert(const BulkInsert&) = delete;
  BulkInsert& operator=(const BulkInsert&) = delete;

  /// The next value of the row that is being put together; null data() is NULL. After the last
  /// column the row is whole; now and then this sends what has come together.
  void add(std::string_view value);

  /// Sends the rest; what the server took in since the beginning.
  Connection::Loaded finish();

 private:
  struct Statement;

  void send();
  void bind();

  Connection& connection_;
  std::string sql_;
  std::size_t columns_;
  std::unique_ptr<Statement> statement_;  // Prepared when the first batch goes.
  std::string bytes_;                     // Of all values of the batch, one after the other.
  std::vector<unsigned long> lengths_;    // By row, then column.
  std::vector<char> nulls_;               // Likewise: the protocol's indicators.
  Connection::Loaded loaded_;
};

}  // namespace hikkoshi::database::mariadb
