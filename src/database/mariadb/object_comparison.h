// Everything besides rows, compared.
#pragma once

#include <vector>

#include "database/database.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// Differences in schemas, tables' definitions, counters, sequences, views, routines, triggers,
/// events (but for being enabled: that is the fence's) and missing accounts.
std::vector<Difference> compare_objects(Connection& source, const MariadbServer& source_server,
                                        Connection& target, const MariadbServer& target_server);

}  // namespace hikkoshi::database::mariadb
