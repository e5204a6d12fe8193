#include "database/mariadb/account_copy.h"

#include <set>

#include "base/error.h"
#include "database/mariadb/fence_record.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

struct Membership {
  Account member;
  std::string role;
  bool admin;
};

std::vector<Membership> read_memberships(Connection& connection, const MariadbServer& server,
                                         const std::string& role) {
  std::vector<Membership> memberships;
  for (const Row& row :
       connection.query("SELECT User, Host, Admin_option='Y' FROM mysql.roles_mapping WHERE Role=" +
                        quote_text(role) + " ORDER BY 1, 2")) {
    // Whoever makes a role administers it; the source's root is no member to copy.
    const Account member{*row[0], *row[1], row[1]->empty()};
    if (member.user == server.user || (member.user == "root" && member.host == "localhost")) {
      continue;
    }
    memberships.push_back({member, role, row[2] == "1"});
  }
  return memberships;
}

void create_account(Connection& source, Connection& target, const Account& account,
                    CopyRecord& record) {
  record.add({.kind = account.role ? "role" : "user", .name = account.text()});
  if (account.role) {
    target.execute("CREATE ROLE " + account.text());
    return;
  }
  const std::string statement = source.value("SHOW CREATE USER " + account.text());
  target.execute_secret(statement, "create user " + account.text());
}

}  // namespace

std::vector<Account> accounts_to_copy(Connection& source, const MariadbServer& server) {
  std::set<Account> accounts;
  for (const Account& definer : read_definers(source, server)) accounts.insert(definer);
  std::vector<Account> waiting = read_account_rights(source, server).accounts;
  for (const Account& fenced : read_fenced(source, server.name)) waiting.push_back(fenced);
  while (!waiting.empty()) {
    const Account account = waiting.back();
    waiting.pop_back();
    if (!accounts.insert(account).second || !account.role) continue;
    for (const Membership& one : read_memberships(source, server, account.user)) {
      waiting.push_back(one.member);
    }
  }
  accounts.erase({"PUBLIC", "", true});
  return {accounts.begin(), accounts.end()};
}

int copy_accounts(Connection& source, const MariadbServer& source_server, Connection& target,
                  const MariadbServer& target_server, CopyRecord& record) {
  int made = 0;
  const std::vector<Account> accounts = accounts_to_copy(source, source_server);
  for (const Account& account : accounts) {
    if (account.user == target_server.user || account_exists(target, account)) continue;
    if (!account_exists(source, account)) {
      throw Error(Retry::never,
                  source.name() + ": an object's definer " + account.text() + " is not there",
                  Exit::refused)
          .remedy("create the account on the source, or define the object anew");
    }
    create_account(source, target, account, record);
    ++made;
  }
  for (const Account& account : accounts) {
    if (!account.role) continue;
    for (const Membership& one : read_memberships(source, source_server, account.user)) {
      target.execute("GRANT " + account.text() + " TO " + one.member.text() +
                     (one.admin ? " WITH ADMIN OPTION" : ""));
    }
  }
  return made;
}

}  // namespace hikkoshi::database::mariadb
