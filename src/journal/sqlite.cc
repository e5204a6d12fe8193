#include "journal/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/error.h"

namespace hikkoshi::journal {

Sqlite::Sqlite(const std::string& path, Mode mode) : path_(path) {
  int flags =
      mode == Mode::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  // NOMUTEX: a connection belongs to one thread at a time.
  int code = sqlite3_open_v2(path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    Error error(Retry::never, fmt::format("cannot open {}: {}", path, sqlite3_errmsg(handle_)));
    sqlite3_close(handle_);
    throw error;
  }
  sqlite3_extended_result_codes(handle_, 1);
  // Readers and the writer do not block each other; only opening and recovery take a moment.
  sqlite3_busy_timeout(handle_, 5000);
}

Sqlite::~Sqlite() {
  sqlite3_close(handle_);
}

void Sqlite::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("write");
}

std::optional<std::string> Sqlite::value(const std::string& sql) {
  Statement statement(*this, sql);
  if (!statement.next()) return {};
  return statement.text(0);
}

void Sqlite::fail(std::string_view doing) const {
  int code = sqlite3_errcode(handle_) & 0xff;  // Without what the extended codes say more.
  std::string text = fmt::format("cannot {} {}: {}", doing, path_, sqlite3_errmsg(handle_));
  switch (code) {
    case SQLITE_FULL:
      throw Error(Retry::safe, text).remedy("make room on the disk, then run again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(Retry::safe, text).remedy("see which other program has the file open");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
      throw Error(Retry::never, text, Exit::needs_human)
          .remedy("the journal cannot be trusted: keep the state directory and look at the world");
    default:
      throw Error(Retry::never, text);
  }
}

Statement::Statement(Sqlite& connection, const std::string& sql) : connection_(connection) {
  int code =
      sqlite3_prepare_v2(connection.handle(), sql.c_str(), int(sql.size()), &handle_, nullptr);
  if (code != SQLITE_OK) connection.fail("read");
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::with(std::string_view text) {
  int code = sqlite3_bind_text(handle_, ++bound_, text.data(), int(text.size()), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) connection_.fail("bind for");
  return *this;
}

Statement& Statement::with(std::int64_t number) {
  if (sqlite3_bind_int64(handle_, ++bound_, number) != SQLITE_OK) connection_.fail("bind for");
  return *this;
}

Statement& Statement::with(std::optional<std::int64_t> number) {
  if (number) return with(*number);
  if (sqlite3_bind_null(handle_, ++bound_) != SQLITE_OK) connection_.fail("bind for");
  return *this;
}

bool Statement::next() {
  int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail("use");
  return false;
}

void Statement::run() {
  while (next()) {
  }
  sqlite3_reset(handle_);
  bound_ = 0;
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  return {static_cast<const char*>(bytes), size_t(sqlite3_column_bytes(handle_, column))};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::optional<std::int64_t> Statement::maybe_number(int column) const {
  if (sqlite3_column_type(handle_, column) == SQLITE_NULL) return {};
  return number(column);
}

Transaction::Transaction(Sqlite& connection, Kind kind) : connection_(connection) {
  connection.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // A full disk may have rolled it back already; then this has nothing to do.
  if (open_ && !sqlite3_get_autocommit(connection_.handle()))
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace hikkoshi::journal
