// A thin wrapper of SQLite: a connection and a statement. Nothing here knows the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace hikkoshi::journal {

/// A connection. Failures are Error(safe) for a full disk and a busy file, Error(never,
/// needs_human) for a file that is damaged, Error(never) otherwise. Not thread-safe.
class Sqlite {
 public:
  enum class Mode { create, read_only };
  Sqlite(const std::string& path, Mode mode);
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  ~Sqlite();

  /// Runs statements without parameters and without rows.
  void execute(const std::string& sql);

  /// The first column of the first row as text; empty when there is no row.
  std::optional<std::string> value(const std::string& sql);

  [[noreturn]] void fail(std::string_view doing) const;

  sqlite3* handle() const { return handle_; }

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// One prepared statement. Bind in order with `with`, then `run` or `next`.
class Statement {
 public:
  Statement(Sqlite& connection, const std::string& sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& with(std::string_view text);
  Statement& with(std::int64_t number);
  Statement& with(std::optional<std::int64_t> number);  ///< Empty is NULL.

  bool next();  ///< To the next row; false after the last.
  void run();   ///< To the end, then ready to be bound again.

  std::string text(int column) const;
  std::int64_t number(int column) const;
  std::optional<std::int64_t> maybe_number(int column) const;

 private:
  Sqlite& connection_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

/// BEGIN IMMEDIATE (or a read transaction), rolled back unless committed.
class Transaction {
 public:
  enum class Kind { write, read };
  Transaction(Sqlite& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Sqlite& connection_;
  bool open_ = true;
};

}  // namespace hikkoshi::journal
