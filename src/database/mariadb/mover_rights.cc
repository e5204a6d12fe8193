#include "database/mariadb/mover_rights.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "database/mariadb/accounts.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

// See others' sessions and end them; write no binlog; keep definers; make accounts and the probe.
constexpr std::array<std::string_view, 5> global_needed{"PROCESS", "CONNECTION ADMIN",
                                                        "BINLOG ADMIN", "SET USER", "CREATE USER"};

constexpr std::array<std::string_view, 2> harmless{"USAGE", "BINLOG MONITOR"};

bool may_everything(const MoverRights& rights) {
  return rights.global.contains("ALL PRIVILEGES") && rights.global.contains("GRANT OPTION");
}

bool has(const MoverRights& rights, const std::string& object, std::string_view privilege,
         bool grant_option) {
  return std::any_of(rights.grants.begin(), rights.grants.end(), [&](const Grant& grant) {
    return grant.object == object && (grant.grant_option || !grant_option) &&
           (grant.privileges == "ALL PRIVILEGES" || grant.privileges == privilege);
  });
}

}  // namespace

MoverRights read_mover_rights(Connection& connection) {
  constexpr std::string_view give = "GRANT ", on = " ON *.* TO ", option = "WITH GRANT OPTION";
  MoverRights rights;
  for (const Row& row : connection.query("SHOW GRANTS FOR CURRENT_USER")) {
    const std::string& line = *row[0];
    const std::size_t at = line.find(on);
    if (line.starts_with(give) && at != std::string::npos) {
      for (const std::string& one : split(line.substr(give.size(), at - give.size()), ',')) {
        rights.global.emplace(trim(one));
      }
      if (line.find(option) != std::string::npos) rights.global.emplace("GRANT OPTION");
    } else if (const auto grant = parse_grant(line)) {
      rights.grants.push_back(*grant);
    }
  }
  return rights;
}

std::vector<std::string> missing_rights(const MoverRights& rights, const MariadbServer& server,
                                        Role) {
  std::vector<std::string> missing;
  if (may_everything(rights)) return missing;
  for (const std::string_view privilege : global_needed) {
    if (!rights.global.contains("ALL PRIVILEGES") &&
        !rights.global.contains(std::string(privilege))) {
      missing.push_back(std::string(privilege) + " on *.*");
    }
  }
  if (!has(rights, "`mysql`.*", "SELECT", false) && !rights.global.contains("SELECT") &&
      !rights.global.contains("ALL PRIVILEGES")) {
    missing.push_back("SELECT on mysql.*");
  }
  for (const std::string& schema : server.schemas) {
    if (!has(rights, exact_object(schema), "ALL PRIVILEGES", true)) {
      missing.push_back("ALL on " + exact_object(schema) + " with GRANT OPTION");
    }
  }
  if (!has(rights, "`hikkoshi`.*", "ALL PRIVILEGES", false) &&
      !rights.global.contains("ALL PRIVILEGES")) {
    missing.push_back("ALL on `hikkoshi`.*");
  }
  return missing;
}

std::vector<std::string> surplus_rights(const MoverRights& rights) {
  std::vector<std::string> surplus;
  for (const std::string& privilege : rights.global) {
    const auto is = [&](std::string_view other) {
      return other == privilege;
    };
    if (std::any_of(global_needed.begin(), global_needed.end(), is)) continue;
    if (std::any_of(harmless.begin(), harmless.end(), is)) continue;
    surplus.push_back(privilege + " on *.*");
  }
  return surplus;
}

std::vector<std::string> mover_grants(const MariadbServer& server, Role) {
  const std::string account = quote_name(server.user) + "@'%'";
  std::vector<std::string> statements{
      "CREATE USER " + account + " IDENTIFIED BY '<password>'",
      "GRANT " + join({global_needed.begin(), global_needed.end()}, ", ") + " ON *.* TO " + account,
      "GRANT SELECT ON mysql.* TO " + account, "GRANT ALL ON hikkoshi.* TO " + account};
  for (const std::string& schema : server.schemas) {
    statements.push_back("GRANT ALL ON " + exact_object(schema) + " TO " + account +
                         " WITH GRANT OPTION");
  }
  return statements;
}

}  // namespace hikkoshi::database::mariadb
