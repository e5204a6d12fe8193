// Ends other sessions of a server and sees them gone.
#pragma once

#include <set>
#include <string>

#include "database/mariadb/connection.h"

namespace hikkoshi::database::mariadb {

/// Kills every session of these users but `connection` itself, and waits until each that was there
/// is gone: a killed one writes until its rollback ends. Throws Error(safe) when one is still there
/// after 60 s. Returns how many there were.
std::size_t end_sessions(Connection& connection, const std::set<std::string>& users);

}  // namespace hikkoshi::database::mariadb
