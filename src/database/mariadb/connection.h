// One session with a MariaDB server; this and bulk_insert are the only places that know libmariadb.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/mariadb/server.h"

struct st_mysql;
struct st_mysql_res;

namespace hikkoshi::database::mariadb {

using Value = std::optional<std::string>;  ///< Empty is NULL; bytes as the server sent them.
using Row = std::vector<Value>;

/// A statement that the server refused, where that is an expected outcome.
struct Refusal {
  unsigned code = 0;  ///< The server's error number, such as 1142.
  std::string text;
};

class RowStream;

/// A login that lives as long as this object. Not thread-safe; never reconnects. Its session writes
/// no binlog, uses UTC, keeps a 0 in an auto_increment column, and is strict about nothing: the
/// rows are the source's, not ours to judge; any warning of a write is Error(never).
///
/// Failures: a login that did not come about is Error(safe), a wrong password Error(never,
/// authentication). A connection lost in a read, a deadlock and a lock wait are Error(safe), a
/// connection lost in a write Error(ask), every other refusal Error(never).
class Connection {
 public:
  /// Logs in and sets the session up. Refuses MySQL, and MariaDB before 10.8, with the reason.
  explicit Connection(const MariadbServer& server);

  /// Logs in as somebody else over the same way, without rights of our own to set a session up.
  Connection(const MariadbServer& server, const std::string& user, const Secret& password);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  std::vector<Row> query(const std::string& sql);  ///< Reads; all rows in memory.
  std::string value(const std::string& sql);       ///< The first column of the only row; no NULL.

  /// Writes; rows affected.
  std::uint64_t execute(const std::string& sql);

  /// As `execute`, for statements that hold a secret: nothing of them is in the error.
  void execute_secret(const std::string& sql, std::string_view what);

  /// As `execute`, but a refusal is a value.
  std::optional<Refusal> attempt(const std::string& sql);

  /// Reads without keeping rows. The stream must end before the next call.
  RowStream stream(const std::string& sql);

  /// Puts bytes into `buffer` and says how many, at most `size`; 0 at the end.
  using Feed = std::function<std::size_t(char* buffer, std::size_t size)>;

  struct Loaded {
    std::uint64_t rows = 0;
    std::uint64_t truncations = 0;  ///< Warnings 1265, if there are no others.
  };

  /// Runs a LOAD DATA LOCAL whose file is what `feed` gives. What `feed` throws comes out; the
  /// statement may then have left rows, so roll back. Warnings of any kind but 1265 (data
  /// truncated) are Error(never); the caller knows how many of those it must have caused.
  Loaded load(const std::string& sql, const Feed& feed);

  /// Ends the session's charset conversion of results: columns arrive as stored.
  void raw_results();

  /// What the following statements are for: "load frames.orders"; part of every failure's text.
  void doing(std::string what);

  std::uint64_t id() const;            ///< As KILL knows it.
  const std::string& version() const;  ///< "10.11.19-MariaDB-0+deb12u1-log".
  const std::string& name() const;     ///< The server's, as in the move file.

 private:
  friend class BulkInsert;
  friend class RowStream;
  struct State;

  st_mysql* handle();
  void run(const std::string& sql, bool writes);
  void refuse_warnings(unsigned but = 0);
  [[noreturn]] void fail(bool writes);

  std::unique_ptr<State> state_;
};

/// The rows of a running SELECT. Left early, it breaks the connection rather than read the rest.
class RowStream {
 public:
  RowStream(RowStream&&) noexcept;
  ~RowStream();

  /// Moves to the next row; false after the last. Throws Error(safe) when the connection is lost.
  bool next();
  std::size_t columns() const { return columns_; }
  /// Bytes of a column of this row, valid until the next call; data() is null for NULL.
  std::string_view column(std::size_t index) const;

 private:
  friend class Connection;
  RowStream(Connection& connection, st_mysql_res* result);

  Connection* connection_;
  st_mysql_res* result_;
  char** row_ = nullptr;
  unsigned long* lengths_ = nullptr;
  std::size_t columns_;
  bool ended_ = false;
};

}  // namespace hikkoshi::database::mariadb
