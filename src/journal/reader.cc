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

[[noreturn]] void distrust(const std::string& text) {
  throw Error(Retry::never, text, Exit::needs_human)
      .remedy(
          "believe neither status nor report: keep the state folder as it is, look at OLD and "
          "NEW themselves, and bring back a copy of the folder if there is one");
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

State Reader::verified() {
  return verified_state(connection_);
}

std::uint64_t Reader::verify_chain() {
  return verified().seq;
}

State verified_state(Sqlite& connection) {
  Transaction instant(connection, Transaction::Kind::read);
  std::string damage = connection.value("PRAGMA quick_check(1)").value_or("no answer");
  if (damage != "ok") distrust("the journal's file is damaged: " + damage);
  State state;
  for (const Event& event : load_events(connection, 0)) {
    check_link(event, state.seq, state.head);
    state.fold(event);
  }
  State projected = load_state(connection);
  if (projected.seq != state.seq || projected.head != state.head)
    distrust(fmt::format("the journal was cut: it has {} events, its head says {}", state.seq,
                         projected.seq));
  if (projected != state)
    distrust("the journal was changed: its tables do not follow from its events");
  return state;
}

}  // namespace hikkoshi::journal
