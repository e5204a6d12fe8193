// What would break because two servers differ.
#pragma once

#include <vector>

#include "database/database.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// `server` is the source's. Compares versions, limits, names' case, charsets, sql_mode and time
/// zones of both servers.
std::vector<Finding> examine_pair(Connection& source, const MariadbServer& server,
                                  Connection& target);

}  // namespace hikkoshi::database::mariadb
