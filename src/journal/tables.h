// The journal's tables: how events and the State's rows lie in SQLite.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "journal/sqlite.h"
#include "journal/state.h"

namespace hikkoshi::journal {

/// The version of schema.sql, kept in SQLite's user_version.
inline constexpr int schema_version = 1;

/// Creates the tables in an empty file; checks the version of one that is not. Throws
/// Error(never) when the file is newer than this program or no journal.
void create_tables(Sqlite& connection);
void check_tables(Sqlite& connection);

/// Adds a line of history.
void insert_event(Sqlite& connection, const Event& event);

/// Brings the rows that `event` touched to what `state` (with the event folded in) says.
void project(Sqlite& connection, const State& state, const Event& event);

/// Events with seq > `after`, in order.
std::vector<Event> load_events(Sqlite& connection, std::uint64_t after);

/// What the projections say.
State load_state(Sqlite& connection);

void store_progress(Sqlite& connection, const std::string& subject, const Json& value,
                    WallTime now);
std::map<std::string, Json> load_progress(Sqlite& connection);

}  // namespace hikkoshi::journal
