// The events of the schemas, switched off and on again.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// [{"schema","name","status"}], status being ENABLED, DISABLED or SLAVESIDE_DISABLED.
Json read_event_states(Connection& connection, const std::vector<std::string>& schemas);

void disable_events(Connection& connection, const std::vector<std::string>& schemas);

/// Enables those that `states` calls ENABLED. All else of an event stays as it is: its definer,
/// sql_mode, time zone and charsets, which a plain ALTER EVENT would change.
void restore_events(Connection& connection, const std::vector<std::string>& schemas,
                    const Json& states);

bool any_event_enabled(Connection& connection, const std::vector<std::string>& schemas);

/// Whether every event of `states` is there and as it says, and no other is enabled.
bool events_are(Connection& connection, const std::vector<std::string>& schemas,
                const Json& states);

}  // namespace hikkoshi::database::mariadb
