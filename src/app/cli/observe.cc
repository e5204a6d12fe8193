#include "app/cli/observe.h"

#include <algorithm>

#include "database/database.h"
#include "dns/zone.h"
#include "steps/attempt.h"
#include "steps/zone_steps.h"

namespace hikkoshi::app {

namespace {

void observe_database(const std::string& name, Session& session, plan::Observed& observed) {
  database::Inventory inventory = session.drivers().database("old", name).inventory();
  plan::DatabaseObserved& database = observed.databases[name];
  database.bytes = inventory.bytes();
  database.tables = inventory.tables.size();
  for (const database::Table& table : inventory.tables) database.rows += table.rows;
}

void observe_name(dns::Zone& zone, const std::string& name, plan::Observed& observed) {
  auto path = steps::path_records(zone, name);
  if (path.empty()) {
    observed.findings.push_back("the zone has no record for " + name);
    return;
  }
  plan::NameObserved& seen = observed.names[name];
  seen.type = dns::to_string(path[0].type);
  seen.values = path[0].values;
  for (const dns::RecordSet& record : path) seen.ttl = std::max(seen.ttl, record.ttl);
}

}  // namespace

plan::Observed observe(Session& session) {
  plan::Observed observed;
  auto look = [&](const std::string& what, const std::function<void()>& work) {
    if (auto error = steps::attempt(work)) observed.findings.push_back(what + ": " + error->what());
  };
  for (const auto& [name, database] : session.move().old_side.databases)
    look("old.database." + name, [&, &name = name] { observe_database(name, session, observed); });
  for (const auto& [zone_name, declared] : session.move().old_side.zones)
    for (const auto& [service_name, service] : session.move().services)
      for (const std::string& name : service.names)
        if (name == declared.zone || name.ends_with("." + declared.zone))
          look(name, [&, &zone_name = zone_name] {
            observe_name(session.drivers().zone(zone_name), name, observed);
          });
  return observed;
}

}  // namespace hikkoshi::app
