// The proof of a fence: an account like the others that is refused.
#pragma once

#include <string>
#include <vector>

#include "database/mariadb/accounts.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// An account with a random password that nobody else knows. Its name begins with
/// "hikkoshi_probe_"; one that a crash left behind is dropped by the next close or open.
struct Probe {
  Account account;
  Secret password;
};

/// Makes one with all rights that anybody has on the schemas, and DELETE.
Probe make_probe(Connection& connection, const MariadbServer& server, const AccountRights& rights);

bool is_probe(const Account& account);

/// Drops all of them.
void drop_probes(Connection& connection);

/// Logs in as the probe and tries a write to every schema: a DELETE of no rows, which needs the
/// right like any other. Throws Error(never) unless each is accepted.
void prove_accepted(const MariadbServer& server, const Probe& probe,
                    const std::vector<std::string>& tables);

/// Likewise, unless each is refused for want of rights.
void prove_refused(const MariadbServer& server, const Probe& probe,
                   const std::vector<std::string>& tables);

/// One table of each schema that has one, quoted: what the proofs write to.
std::vector<std::string> tables_to_probe(Connection& connection, const MariadbServer& server);

}  // namespace hikkoshi::database::mariadb
