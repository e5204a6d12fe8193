#include "database/mariadb/event_switch.h"

#include <set>
#include <utility>

#include "database/mariadb/accounts.h"
#include "database/mariadb/quote.h"
#include "database/mariadb/schema_object.h"

namespace hikkoshi::database::mariadb {
namespace {

using EventNames = std::set<std::pair<std::string, std::string>>;

EventNames enabled(const Json& states) {
  EventNames names;
  for (const Json& state : states) {
    if (state.at("status") == "ENABLED") names.emplace(state.at("schema"), state.at("name"));
  }
  return names;
}

void alter(Connection& connection, const SchemaObject& event, std::string_view status) {
  enter(connection, event);
  connection.execute("ALTER DEFINER=" + parse_definer(event.definer).text() + " EVENT " +
                     quote_name(event.schema, event.name) + ' ' + std::string(status));
  leave(connection);
}

}  // namespace

Json read_event_states(Connection& connection, const std::vector<std::string>& schemas) {
  Json states = Json::array();
  for (const Row& row : connection.query(
           "SELECT event_schema, event_name, status FROM information_schema.events WHERE"
           " event_schema IN " +
           quote_list(schemas) + " ORDER BY 1, 2")) {
    states.push_back({{"schema", *row[0]}, {"name", *row[1]}, {"status", *row[2]}});
  }
  return states;
}

void disable_events(Connection& connection, const std::vector<std::string>& schemas) {
  for (const SchemaObject& event : read_events(connection, schemas)) {
    if (event.state == "ENABLED") alter(connection, event, "DISABLE");
  }
}

void restore_events(Connection& connection, const std::vector<std::string>& schemas,
                    const Json& states) {
  const EventNames wanted = enabled(states);
  for (const SchemaObject& event : read_events(connection, schemas)) {
    if (event.state != "ENABLED" && wanted.contains({event.schema, event.name})) {
      alter(connection, event, "ENABLE");
    }
  }
}

bool any_event_enabled(Connection& connection, const std::vector<std::string>& schemas) {
  return !enabled(read_event_states(connection, schemas)).empty();
}

bool events_are(Connection& connection, const std::vector<std::string>& schemas,
                const Json& states) {
  return enabled(read_event_states(connection, schemas)) == enabled(states);
}

}  // namespace hikkoshi::database::mariadb
