// The journal in a SQLite file.
#pragma once

#include <string>

#include "journal/journal.h"
#include "journal/sqlite.h"

namespace hikkoshi::journal {

/// The one connection of the one process that writes. WAL with synchronous=FULL (both read back):
/// what append returned survives a power loss on a disk that honours flush. Readers must never
/// write or checkpoint: SQLite 3.7.0 to 3.51.2 can lose commits when two connections do.
class SqliteJournal : public Journal {
 public:
  /// Opens or creates `path` (mode 0600), checks the file, the chain and the projections.
  /// Throws Error(never, needs_human) naming the place when it was changed or torn.
  /// The caller holds the state directory's lock.
  explicit SqliteJournal(const std::string& path);

  std::vector<Event> append(std::vector<Event> events) override;
  const State& state() const override { return state_; }
  void progress(const std::string& subject, const Json& value, WallTime now) override;

 private:
  Sqlite connection_;
  State state_;
};

}  // namespace hikkoshi::journal
