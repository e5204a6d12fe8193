#include "database/mariadb/accounts.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

bool is_ours(const MariadbServer& server, const std::string& user) {
  return user == server.user;
}

bool is_servers_own(const Account& account) {
  constexpr std::array<std::string_view, 3> own{"root", "mysql", "mariadb.sys"};
  return account.host == "localhost" &&
         std::find(own.begin(), own.end(), account.user) != own.end();
}

bool is_acknowledged(const MariadbServer& server, const Account& account) {
  const std::string plain = account.user + '@' + account.host;
  return std::find(server.acknowledged.begin(), server.acknowledged.end(), plain) !=
         server.acknowledged.end();
}

bool covers_any(const MariadbServer& server, const std::string& pattern) {
  return std::any_of(server.schemas.begin(), server.schemas.end(),
                     [&](const auto& schema) { return pattern_covers(pattern, schema); });
}

bool is_ours_by_name(const MariadbServer& server, const std::string& schema) {
  return std::find(server.schemas.begin(), server.schemas.end(), schema) != server.schemas.end();
}

// Accounts that a table of rights names, whether they are there or not.
std::set<Account> read_named(Connection& connection, const MariadbServer& server) {
  std::set<Account> named;
  const auto add = [&](const Row& row) {
    if (!is_ours(server, *row[0])) named.insert({*row[0], *row[1], false});
  };
  for (const Row& row : connection.query("SELECT User, Host, Db FROM mysql.db")) {
    if (covers_any(server, *row[2])) add(row);
  }
  const std::string list = quote_list(server.schemas);
  for (const char* table : {"tables_priv", "columns_priv", "procs_priv"}) {
    for (const Row& row : connection.query(std::string("SELECT DISTINCT User, Host FROM mysql.") +
                                           table + " WHERE Db IN " + list)) {
      add(row);
    }
  }
  return named;
}

bool is_role(Connection& connection, const Account& account) {
  return account.host.empty() &&
         (account.user == "PUBLIC" ||
          connection.value("SELECT COUNT(*) FROM mysql.global_priv WHERE Host='' AND User=" +
                           quote_text(account.user) + " AND JSON_VALUE(Priv,'$.is_role')=1") ==
              "1");
}

void sort_in(Connection& connection, const MariadbServer& server, const Account& account,
             AccountRights& rights) {
  bool any = false;
  for (const Row& row : connection.query("SHOW GRANTS FOR " + account.text())) {
    const std::optional<Grant> grant = parse_grant(*row[0]);
    // SHOW GRANTS of a role shows those of its own roles too.
    if (!grant || grant->account != account.text()) continue;
    if (!grant->whole_schema) {
      if (!is_ours_by_name(server, grant->schema)) continue;
      rights.exact.push_back(*grant);
    } else if (std::any_of(server.schemas.begin(), server.schemas.end(), [&](const auto& schema) {
                 return grant->schema == grant_pattern(schema);
               })) {
      rights.exact.push_back(*grant);
    } else if (covers_any(server, grant->schema)) {
      rights.patterns.push_back(*grant);
    } else {
      continue;
    }
    any = true;
  }
  if (any) rights.accounts.push_back(account);
}

}  // namespace

std::string Account::text() const {
  if (role) return user == "PUBLIC" ? user : quote_name(user);
  return (user.empty() ? "``" : quote_name(user)) + '@' + quote_name(host);
}

std::string exact_object(const std::string& schema) {
  return quote_name(grant_pattern(schema)) + ".*";
}

bool account_exists(Connection& connection, const Account& account) {
  if (account.role && account.user == "PUBLIC") return true;
  return connection.value(
             "SELECT COUNT(*) FROM mysql.global_priv WHERE User=" + quote_text(account.user) +
             " AND Host=" + quote_text(account.host)) == "1";
}

std::vector<std::string> read_dangling_accounts(Connection& connection,
                                                const MariadbServer& server) {
  std::vector<std::string> dangling;
  for (const Account& account : read_named(connection, server)) {
    const bool is_public = account.user == "PUBLIC" && account.host.empty();
    if (!is_public && !account_exists(connection, account)) dangling.push_back(account.text());
  }
  return dangling;
}

AccountRights read_account_rights(Connection& connection, const MariadbServer& server) {
  const std::vector<std::string> dangling = read_dangling_accounts(connection, server);
  if (!dangling.empty()) {
    throw Error(Retry::never,
                connection.name() +
                    ": rights on the schemas hang on accounts that are not there, "
                    "and serve every account of that name: " +
                    join(dangling, ", "),
                Exit::refused)
        .remedy(
            "delete their rows from mysql.db, tables_priv, columns_priv and procs_priv, and "
            "FLUSH PRIVILEGES");
  }
  AccountRights rights;
  for (Account account : read_named(connection, server)) {
    account.role = is_role(connection, account);
    sort_in(connection, server, account, rights);
  }
  return rights;
}

std::vector<std::string> read_global_writers(Connection& connection, const MariadbServer& server) {
  std::map<Account, std::vector<std::string>> writers;
  for (const Row& row : connection.query(
           "SELECT grantee, privilege_type FROM information_schema.user_privileges WHERE"
           " privilege_type IN ('INSERT','UPDATE','DELETE','CREATE','DROP','ALTER','INDEX',"
           "'TRIGGER','EVENT','EXECUTE','CREATE ROUTINE','ALTER ROUTINE','CREATE VIEW','SUPER',"
           "'DELETE VERSIONING ROWS','DELETE HISTORY')")) {
    Account account = parse_definer(replace_all(*row[0], "'", ""));
    account.role = account.host.empty();
    if (is_ours(server, account.user) || is_servers_own(account) ||
        is_acknowledged(server, account)) {
      continue;
    }
    writers[account].push_back(*row[1]);
  }
  std::vector<std::string> texts;
  for (const auto& [account, privileges] : writers) {
    texts.push_back(account.text() + " (" + join(privileges, ", ") + ")");
  }
  return texts;
}

std::vector<std::string> read_acknowledged_sessions(Connection& connection,
                                                    const MariadbServer& server) {
  std::vector<std::string> sessions;
  for (const std::string& text : server.acknowledged) {
    const Account account = parse_definer(text);
    // A session's host has its port, except through the server's own socket.
    for (const Row& row : connection.query(fmt::format(
             "SELECT CONCAT(user, '@', host) FROM information_schema.processlist WHERE user={0} AND"
             " (host LIKE {1} OR host LIKE CONCAT({1}, ':%'))",
             quote_text(account.user), quote_text(account.host)))) {
      sessions.push_back(*row[0]);
    }
  }
  return sessions;
}

std::set<std::string> read_holders(Connection& connection, const MariadbServer& server,
                                   const std::vector<Account>& accounts) {
  std::set<std::string> users;
  std::vector<std::string> roles;
  bool everybody = false;
  for (const Account& account : accounts) {
    if (account.role) roles.push_back(account.user);
    if (account.role && account.user == "PUBLIC") everybody = true;
    if (!account.role) users.insert(account.user);
  }
  std::set<std::string> seen;
  while (!roles.empty()) {
    const std::string role = roles.back();
    roles.pop_back();
    if (!seen.insert(role).second) continue;
    for (const Row& row : connection.query(
             "SELECT User, Host FROM mysql.roles_mapping WHERE Role=" + quote_text(role))) {
      if (row[1]->empty()) roles.push_back(*row[0]);
      // Whoever makes a role holds it: the server's own need no role to write.
      const Account member{*row[0], *row[1], row[1]->empty()};
      if (!member.role && !is_ours(server, member.user) && !is_servers_own(member)) {
        users.insert(member.user);
      }
    }
  }
  if (everybody) {
    for (const Row& row : connection.query("SELECT User, Host FROM mysql.global_priv")) {
      const Account account{*row[0], *row[1], false};
      if (!is_ours(server, account.user) && !is_servers_own(account)) users.insert(account.user);
    }
  }
  return users;
}

std::vector<Account> read_definers(Connection& connection, const MariadbServer& server) {
  const std::string list = quote_list(server.schemas);
  std::vector<Account> accounts;
  for (const Row& row : connection.query(
           "SELECT definer FROM information_schema.views WHERE table_schema IN " + list +
           " UNION SELECT definer FROM information_schema.routines WHERE routine_schema IN " +
           list +
           " UNION SELECT definer FROM information_schema.triggers WHERE trigger_schema IN " +
           list + " UNION SELECT definer FROM information_schema.events WHERE event_schema IN " +
           list + " ORDER BY 1")) {
    accounts.push_back(parse_definer(*row[0]));
  }
  return accounts;
}

Account parse_definer(const std::string& definer) {
  const std::size_t at = definer.rfind('@');
  if (at == std::string::npos) return {definer, "", true};
  const std::string host = definer.substr(at + 1);
  return {definer.substr(0, at), host, host.empty()};
}

}  // namespace hikkoshi::database::mariadb
