#include "database/mariadb/session_end.h"

#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {

std::size_t end_sessions(Connection& connection, const std::set<std::string>& users) {
  if (users.empty()) return 0;
  const std::string others =
      fmt::format("SELECT id FROM information_schema.processlist WHERE id<>{} AND user IN {}",
                  connection.id(), quote_list({users.begin(), users.end()}));
  std::vector<std::string> ids;
  for (Row& row : connection.query(others)) ids.push_back(*row[0]);
  if (ids.empty()) return 0;
  // One that ended by itself is an unknown id by now, which is what we want.
  for (const std::string& id : ids) connection.attempt("KILL CONNECTION " + id);
  const std::string left =
      "SELECT COUNT(*) FROM information_schema.processlist WHERE id IN (" + join(ids, ",") + ")";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (connection.value(left) != "0") {
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(Retry::safe, connection.name() + ": a killed session is still rolling back");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return ids.size();
}

}  // namespace hikkoshi::database::mariadb
