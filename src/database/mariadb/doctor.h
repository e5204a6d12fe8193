// What would break a move, read from the server beforehand.
#pragma once

#include <string>
#include <vector>

#include "database/database.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

std::vector<Finding> examine_source(Connection& connection, const MariadbServer& server);
std::vector<Finding> examine_target(Connection& connection, const MariadbServer& server);

}  // namespace hikkoshi::database::mariadb
