#include "journal/sqlite_journal.h"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "journal/reader.h"
#include "journal/tables.h"

namespace hikkoshi::journal {

namespace {

/// SQLite creates with 0644; a journal is for its owner alone.
const std::string& made_private(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw Error(Retry::never, "cannot create " + path);
  ::close(descriptor);
  return path;
}

/// Sets a PRAGMA and believes only what is read back: defaults depend on the build.
void set(Sqlite& connection, const std::string& name, const std::string& value,
         const std::string& read_back) {
  connection.value(fmt::format("PRAGMA {}={}", name, value));
  std::string now = connection.value("PRAGMA " + name).value_or("");
  if (now != read_back)
    throw Error(Retry::never,
                fmt::format("SQLite does not keep {}={}: it says {}", name, value, now));
}

}  // namespace

SqliteJournal::SqliteJournal(const std::string& path)
    : connection_(made_private(path), Sqlite::Mode::create) {
  set(connection_, "journal_mode", "WAL", "wal");
  set(connection_, "synchronous", "FULL", "2");
  set(connection_, "trusted_schema", "OFF", "0");
  set(connection_, "cell_size_check", "ON", "1");
  create_tables(connection_);
  state_ = verified_state(connection_);
}

std::vector<Event> SqliteJournal::append(std::vector<Event> events) {
  events = chained(std::move(events), state_.seq, state_.head);
  TrialState trial(state_);
  Transaction transaction(connection_, Transaction::Kind::write);
  for (const Event& event : events) {
    trial.fold(event);
    insert_event(connection_, event);
    project(connection_, trial.next(), event);
  }
  transaction.commit();
  trial.commit();
  return events;
}

void SqliteJournal::progress(const std::string& subject, const Json& value, WallTime now) {
  store_progress(connection_, subject, value, now);
}

}  // namespace hikkoshi::journal
