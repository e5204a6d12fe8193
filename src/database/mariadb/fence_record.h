// Who was fenced: kept on the server itself, because the copy happens behind the fence and must
// know whose accounts to make on the other side.
#pragma once

#include <string>
#include <vector>

#include "database/mariadb/accounts.h"
#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// Adds accounts to those that `name`'s fence (as in the move file) has taken rights from.
void remember_fenced(Connection& connection, const std::string& name,
                     const std::vector<Account>& accounts);

std::vector<Account> read_fenced(Connection& connection, const std::string& name);

/// Forgets them; the table, and the schema `hikkoshi`, too when nothing else is in them.
void forget_fenced(Connection& connection, const std::string& name);

/// Drops the schema `hikkoshi` when no table is in it.
void drop_empty_schema(Connection& connection);

}  // namespace hikkoshi::database::mariadb
