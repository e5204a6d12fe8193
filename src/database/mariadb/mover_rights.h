// What the mover's own account may, must and need not.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "database/database.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/grant.h"

namespace hikkoshi::database::mariadb {

struct MoverRights {
  std::set<std::string> global;  ///< "PROCESS", "ALL PRIVILEGES", "GRANT OPTION".
  std::vector<Grant> grants;     ///< On schemas.
};

MoverRights read_mover_rights(Connection& connection);

/// "PROCESS on *.*", "SELECT on mysql.*".
std::vector<std::string> missing_rights(const MoverRights& rights, const MariadbServer& server,
                                        Role role);

/// Global rights that no part of a move uses: "SUPER on *.*".
std::vector<std::string> surplus_rights(const MoverRights& rights);

/// The statements that make the mover's account with the least rights that work; the password is a
/// placeholder.
std::vector<std::string> mover_grants(const MariadbServer& server, Role role);

}  // namespace hikkoshi::database::mariadb
