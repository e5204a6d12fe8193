// The accounts of a server that have to do with the schemas that move.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "database/mariadb/connection.h"
#include "database/mariadb/grant.h"

namespace hikkoshi::database::mariadb {

/// A user, or a role (no host). PUBLIC is a role.
struct Account {
  std::string user;
  std::string host;
  bool role = false;

  auto operator<=>(const Account&) const = default;
  std::string text() const;  ///< As GRANT takes it: "`app`@`127.%`", "`writers`", "PUBLIC".
};

/// Rights on the schemas as they are now, those of the mover left out.
struct AccountRights {
  std::vector<Account> accounts;  ///< Who has any, sorted.
  std::vector<Grant> exact;       ///< On a schema by its very name, or on something in it.
  std::vector<Grant> patterns;    ///< On a pattern that covers a schema of ours, maybe others too.
};

/// Reads them. Throws Error(never) when rights hang on an account that is not there: they would
/// serve any account of that name and cannot be taken away by a statement.
AccountRights read_account_rights(Connection& connection, const MariadbServer& server);

/// Accounts that such rights hang on and that are not there, as `Account::text`.
std::vector<std::string> read_dangling_accounts(Connection& connection,
                                                const MariadbServer& server);

/// "`frames`.*" as a GRANT takes a schema by its very name.
std::string exact_object(const std::string& schema);

/// Those besides the mover, the server's own and the acknowledged ones that may write, or run what
/// writes, in every schema: "`backup`@`%` (INSERT, SUPER)".
std::vector<std::string> read_global_writers(Connection& connection, const MariadbServer& server);

/// Sessions that acknowledged accounts have now, which nobody should have: "backup@10.0.0.7:4711".
std::vector<std::string> read_acknowledged_sessions(Connection& connection,
                                                    const MariadbServer& server);

/// Names of the users (without hosts) that have one of the accounts' rights, roles followed to
/// those who hold them. PUBLIC stands for all: then everybody's but the server's own.
std::set<std::string> read_holders(Connection& connection, const MariadbServer& server,
                                   const std::vector<Account>& accounts);

/// Accounts that an object of the schemas is defined by.
std::vector<Account> read_definers(Connection& connection, const MariadbServer& server);

bool account_exists(Connection& connection, const Account& account);

/// Takes "app@127.%" apart at the last '@'; a role has none.
Account parse_definer(const std::string& definer);

}  // namespace hikkoshi::database::mariadb
