#include "database/mariadb/fence_record.h"

#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

bool exists(Connection& connection) {
  return connection.value(
             "SELECT COUNT(*) FROM information_schema.tables WHERE"
             " table_schema='hikkoshi' AND table_name='fenced'") == "1";
}

}  // namespace

void remember_fenced(Connection& connection, const std::string& name,
                     const std::vector<Account>& accounts) {
  connection.execute("CREATE DATABASE IF NOT EXISTS hikkoshi");
  connection.execute(
      "CREATE TABLE IF NOT EXISTS hikkoshi.fenced (name VARCHAR(190) NOT NULL, user VARCHAR(128) "
      "NOT"
      " NULL, host VARCHAR(255) NOT NULL, is_role TINYINT NOT NULL, PRIMARY KEY (name, user, host))"
      " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  for (const Account& account : accounts) {
    connection.execute("REPLACE INTO hikkoshi.fenced VALUES (" + quote_text(name) + ", " +
                       quote_text(account.user) + ", " + quote_text(account.host) + ", " +
                       (account.role ? "1" : "0") + ")");
  }
}

std::vector<Account> read_fenced(Connection& connection, const std::string& name) {
  std::vector<Account> accounts;
  if (!exists(connection)) return accounts;
  for (Row& row : connection.query("SELECT user, host, is_role FROM hikkoshi.fenced WHERE name=" +
                                   quote_text(name))) {
    accounts.push_back({*row[0], *row[1], row[2] == "1"});
  }
  return accounts;
}

void forget_fenced(Connection& connection, const std::string& name) {
  if (!exists(connection)) return;
  connection.execute("DELETE FROM hikkoshi.fenced WHERE name=" + quote_text(name));
  if (connection.value("SELECT COUNT(*) FROM hikkoshi.fenced") != "0") return;
  connection.execute("DROP TABLE hikkoshi.fenced");
  drop_empty_schema(connection);
}

void drop_empty_schema(Connection& connection) {
  if (connection.value("SELECT COUNT(*) FROM information_schema.tables WHERE"
                       " table_schema='hikkoshi'") == "0") {
    connection.execute("DROP DATABASE IF EXISTS hikkoshi");
  }
}

}  // namespace hikkoshi::database::mariadb
