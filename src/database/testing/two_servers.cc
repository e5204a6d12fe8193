#include "database/testing/two_servers.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "database/mariadb/accounts.h"
#include "database/mariadb/mariadb_database.h"
#include "database/mariadb/quote.h"

namespace hikkoshi::database::mariadb {
namespace {

struct Pair {
  LocalServer old_server{"old.main", {}};
  LocalServer new_server{"new.main", {"--server-id=2"}};
};

Pair& pair() {
  static Pair both;
  return both;
}

void empty(LocalServer& server) {
  Connection root = server.root();
  for (const Row& row : root.query("SELECT schema_name FROM information_schema.schemata WHERE"
                                   " schema_name NOT IN ('mysql','information_schema','sys',"
                                   "'performance_schema')")) {
    root.execute("DROP DATABASE " + quote_name(*row[0]));
  }
  for (const Row& row : root.query("SELECT User, Host, JSON_VALUE(Priv,'$.is_role')=1 FROM"
                                   " mysql.global_priv WHERE NOT (Host='localhost' AND User IN"
                                   " ('root','mysql','mariadb.sys')) AND User<>'PUBLIC'")) {
    const bool role = row[2] == "1";
    root.execute((role ? "DROP ROLE " : "DROP USER ") + Account{*row[0], *row[1], role}.text());
  }
}

// Exactly what `doctor --grants` prints, so that every test is a test of these statements.
void make_mover(LocalServer& server, const std::vector<std::string>& schemas, Role role) {
  Connection root = server.root();
  for (const std::string& statement :
       MariadbDatabase(server.as("mover", "m", schemas)).grants(role)) {
    root.execute(replace_all(statement, "<password>", "m"));
  }
}

}  // namespace

TwoServers::TwoServers(std::vector<std::string> schemas) : schemas_(std::move(schemas)) {
  empty(old_server());
  empty(new_server());
  make_mover(old_server(), schemas_, Role::source);
  make_mover(new_server(), schemas_, Role::target);
}

LocalServer& TwoServers::old_server() {
  return pair().old_server;
}
LocalServer& TwoServers::new_server() {
  return pair().new_server;
}
MariadbServer TwoServers::source() const {
  return pair().old_server.as("mover", "m", schemas_);
}
MariadbServer TwoServers::target() const {
  return pair().new_server.as("mover", "m", schemas_);
}

bool TwoServers::app_writes(LocalServer& server, const std::string& table) const {
  Connection app(server.as("app", "a", {}), "app", Secret("a"));
  const auto refusal = app.attempt("DELETE FROM " + table + " WHERE FALSE");
  if (!refusal) return true;
  constexpr unsigned database_denied = 1044, table_denied = 1142;
  if (refusal->code == database_denied || refusal->code == table_denied) return false;
  throw Error(Retry::never, refusal->text);
}

}  // namespace hikkoshi::database::mariadb
