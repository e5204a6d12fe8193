#include "journal/reader.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"
#include "journal/tables.h"

namespace hikkoshi::journal {

namespace {

const std::string& existing(const std::string& path) {
  if (!std::filesystem::exists(path))
    throw Error(Retry::never, "there is no journal at " + path)
        .remedy("nothing was run yet from this state directory");
  return path;
}

}  // namespace

Reader::Reader(const std::string& path) : connection_(existing(path), Sqlite::Mode::read_only) {
  check_tables(connection_);
}

State Reader::state() {
  Transaction instant(connection_, Transaction::Kind::read);
  return load_state(connection_);
}

std::vector<Event> Reader::events(std::uint64_t after) {
  return load_events(connection_, after);
}

std::map<std::string, Json> Reader::progress() {
  return load_progress(connection_);
}

std::uint64_t Reader::verify_chain() {
  return verified_state(connection_).seq;
}

State verified_state(Sqlite& connection) {
  Transaction instant(connection, Transaction::Kind::read);
  std::string damage = connection.value("PRAGMA quick_check(1)").value_or("no answer");
  if (damage != "ok")
    throw Error(Retry::never, "the journal's file is damaged: " + damage, Exit::needs_human);
  State state;
  for (const Event& event : load_events(connection, 0)) {
    check_link(event, state.seq, state.head);
    state.fold(event);
  }
  State projected = load_state(connection);
  if (projected.seq != state.seq || projected.head != state.head)
    throw Error(Retry::never,
                fmt::format("the journal was cut: it has {} events, its head says {}", state.seq,
                            projected.seq),
                Exit::needs_human);
  if (projected != state)
    throw Error(Retry::never, "the journal was changed: its tables do not follow from its events",
                Exit::needs_human);
  return state;
}

}  // namespace hikkoshi::journal
