// A database that moves: what is in it, fenced or not, copied and compared.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/json.h"

namespace hikkoshi::database {

/// One table as it stands.
struct Table {
  std::string schema;
  std::string name;
  std::uint64_t rows = 0;   ///< An estimate from the server's statistics.
  std::uint64_t bytes = 0;  ///< Data and indexes.
  std::string engine;
};

struct Inventory {
  std::string product;               ///< "MariaDB 10.11.14".
  std::vector<std::string> schemas;  ///< All on the server but the server's own.
  std::vector<Table> tables;         ///< Of the schemas that move.
  std::uint64_t bytes() const;       ///< Of all tables.
};

/// A finding of the doctor: what would break, and what to do.
struct Finding {
  bool error = false;  ///< Else a warning.
  std::string text;
  std::string remedy;
};

/// Which part the server plays; each needs its own rights.
enum class Role { source, target };

/// Who may write to the schemas that move.
enum class FenceState {
  open,     ///< All of the rights are there.
  partial,  ///< Some: a fence that was not finished, or not taken back whole.
  fenced,   ///< None: nobody but us writes.
};

/// Progress of long work; called now and then, on any thread.
struct CopyProgress {
  std::uint64_t rows = 0, rows_total = 0;  ///< The total is an estimate.
  std::uint64_t bytes = 0;
  std::string doing;  ///< "orders 12 of 40 chunks", "indexes of orders".
};

struct CopyOptions {
  unsigned connections = 4;  ///< To each server.
  std::function<void(const CopyProgress&)> on_progress;
};

struct TableResult {
  std::string table;  ///< "frames.orders".
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< As sent.
  double seconds = 0;       ///< Rows and indexes.
};

struct CopyResult {
  std::vector<TableResult> tables;
  Json objects;          ///< Counts besides rows: {"views":2,"triggers":1,"users":1,...}.
  std::string position;  ///< The source's exact position of the snapshot; empty without a binlog.
  double seconds = 0;
};

/// {rows, bytes, seconds, tables, objects, position}, for journals and records; the first two are
/// sums over the tables.
Json to_json(const CopyResult& result);

/// One difference between the sides.
struct Difference {
  std::string where;  ///< "frames.orders", "view frames.totals".
  std::string text;   ///< "1,000,000 rows on old, 999,999 on new", with the keys where known.
};

struct Comparison {
  std::uint64_t tables = 0, rows = 0;
  std::vector<Difference> differences;  ///< Empty: equal.
  double seconds = 0;
};

/// A database server and the schemas on it that move. Thread-safe; every call blocks and opens its
/// own connections. Error(ask) when a statement's outcome is unknown.
class Database {
 public:
  virtual ~Database() = default;
  virtual std::string name() const = 0;  ///< As in the move file: "old.main".

  virtual Inventory inventory() = 0;

  /// What would break the move if this server played `role`; reads only.
  virtual std::vector<Finding> examine(Role role) = 0;

  /// The statements that make the mover's account with the least rights for `role`.
  virtual std::vector<std::string> grants(Role role) = 0;

  /// The newest holder wins: raises the server's epoch and ends every other session of the mover's
  /// account, seen gone; Error(never, needs_human) when a higher one is there (design section 5).
  virtual void raise_epoch(const std::string& run, std::uint64_t epoch) = 0;

  /// Removes that record if it is this run's, and the place where it was when nothing else is
  /// there.
  virtual void drop_epoch(const std::string& run) = 0;

  /// Whether anything that we keep on the server for ourselves is there: epochs, records of copies
  /// and fences. Reads only.
  virtual bool remembers() = 0;

  /// Removes all of that, when a move is over; a fence stays closed, a copy stays. Idempotent.
  virtual void forget() = 0;
};

/// The fence of one server around the schemas that move: everything that lets an application write
/// to them. Durable: it survives our death and the server's restart. Thread-safe, blocking.
class Fence {
 public:
  virtual ~Fence() = default;

  /// Every right on the schemas that an application, a definer or an event has now, read-only. It
  /// is journaled before `close`, and given to every other call: it says what the fence is about.
  /// No secret is in it.
  virtual Json rights() = 0;

  /// Takes `rights` away, ends the sessions that had them and sees them gone, and proves by a
  /// refused write of a probe account, fenced like the others, that none is left. Idempotent.
  virtual void close(const Json& rights) = 0;

  /// Gives exactly `rights`. On a server that did not have them (NEW, with OLD's rights): opens it
  /// to the same applications. Idempotent.
  virtual void open(const Json& rights) = 0;

  virtual FenceState state(const Json& rights) = 0;  ///< As the server is now; reads only.
};

/// One database on its way from one server to another of the same product.
class Transfer {
 public:
  virtual ~Transfer() = default;

  /// What would break because the two servers differ; reads only.
  virtual std::vector<Finding> examine() = 0;

  /// Copies all: an exact snapshot of the source, everything besides rows too (accounts without
  /// rights on the schemas; events disabled; `Fence::open` gives both). The target's schemas must
  /// not be there, or be ours from an earlier try, which is discarded first. A warning of a server
  /// is an Error(never).
  virtual CopyResult copy(const CopyOptions& options, std::stop_token stop) = 0;

  /// Whether the target holds a copy of ours: absent, unfinished, or whole.
  enum class Target { absent, unfinished, whole, foreign };
  virtual Target target() = 0;

  /// What `copy` returned when it made the whole copy that the target holds, as JSON, whichever
  /// process did it: the target remembers. Empty unless the target is whole.
  virtual std::optional<Json> copied() = 0;

  /// Compares both sides as they are: rows and checksums of every table, every object besides rows.
  /// Both sides must be closed to writers, else differences may be of our own making.
  virtual Comparison compare(const CopyOptions& options, std::stop_token stop) = 0;

  /// Removes from the target what `copy` made, and nothing else.
  virtual void discard() = 0;
};

}  // namespace hikkoshi::database
