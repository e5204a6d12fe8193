// Accounts on their way to the target: they arrive without rights.
#pragma once

#include "database/mariadb/accounts.h"
#include "database/mariadb/connection.h"
#include "database/mariadb/copy_record.h"

namespace hikkoshi::database::mariadb {

/// Makes on the target every account and role that has rights on the schemas or defines one of
/// their objects, who holds which of these roles included. An account that is there stays as it is:
/// it is the target's. Returns how many users and roles were made. Password hashes go from server
/// to server and nowhere else.
int copy_accounts(Connection& source, const MariadbServer& source_server, Connection& target,
                  const MariadbServer& target_server, CopyRecord& record);

/// Those accounts: the ones with rights or fenced by us, who hold the roles among them, and the
/// definers.
std::vector<Account> accounts_to_copy(Connection& source, const MariadbServer& server);

}  // namespace hikkoshi::database::mariadb
